package io.nvmetap.export.sink;

import io.nvmetap.event.CapturedEvent;
import java.io.IOException;
import java.util.List;

/** One format. Events come in the order of the trace, then {@link #end}; nothing comes after. */
public interface EventExport {
    /**
     * Takes one event; it is reused by the caller and must not be kept.
     *
     * @throws IOException if the file cannot be written
     */
    void event(CapturedEvent e) throws IOException;

    /**
     * Told before the event that follows a gap of the sequence numbers.
     *
     * @param count how many events are missing
     */
    default void lost(long count) throws IOException {}

    /**
     * Writes what is left.
     *
     * @return what became of the events, short phrases for people
     */
    default List<String> end() throws IOException {
        return List.of();
    }
}
