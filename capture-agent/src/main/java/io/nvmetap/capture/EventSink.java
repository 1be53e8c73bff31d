package io.nvmetap.capture;

import java.io.Closeable;
import java.io.IOException;

/** Where captured events go: a topic or a file. One thread. */
public interface EventSink extends Closeable {
    /**
     * Takes one event. If it throws, the event was not taken and may be offered again.
     *
     * @param body array that starts with the event as {@code EventCodec} encodes it; copied
     * @param count bytes of the event
     * @param key Kafka key of its controller, see {@code EventSerde.key}; never changed after
     * @throws IOException if it, or one before it, cannot be kept
     */
    void accept(byte[] body, int count, byte[] key) throws IOException;

    /**
     * Returns when everything accepted is safe.
     *
     * @throws IOException if some of it is not
     */
    void flush() throws IOException;

    /**
     * @return events that were accepted and could not be kept after all
     */
    long lost();
}
