package io.nvmetap.capture;

import io.nvmetap.event.CapturedEvent;
import java.io.Closeable;
import java.io.IOException;

/** Where captured events go: a topic or a file. */
public interface EventSink extends Closeable {
    /**
     * Takes the event; the instance may be reused at once.
     *
     * @throws IOException if it, or one before it, is lost for good
     */
    void accept(CapturedEvent e) throws IOException;

    /** Returns when everything accepted is safe. */
    void flush() throws IOException;
}
