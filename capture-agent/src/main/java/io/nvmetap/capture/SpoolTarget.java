package io.nvmetap.capture;

import java.io.Closeable;
import java.io.IOException;

/** Where a spool sends its events: the topic. */
interface SpoolTarget extends Closeable {
    /** Told once for each event, on any thread. */
    interface Answer {
        /**
         * @param error null when the event is safe; otherwise it is not, and the target has failed
         */
        void answer(Exception error);
    }

    /**
     * Begins to deliver one event; waits when too many are under way, until interrupted.
     *
     * @param body array that holds the event; copied
     * @param at where it begins
     * @param count its bytes
     * @throws IOException if the target has failed; then no answer comes
     */
    void send(byte[] key, byte[] body, int at, int count, Answer answer) throws IOException;
}
