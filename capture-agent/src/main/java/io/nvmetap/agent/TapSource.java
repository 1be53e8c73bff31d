package io.nvmetap.agent;

import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.TapTranslator;
import java.io.Closeable;
import java.io.IOException;

/** Where the bytes of one tap come from. One thread reads; any may close. */
interface TapSource extends Closeable {
    /**
     * Hands on what is there, waiting for it at most a while.
     *
     * @param deframer takes bytes
     * @param translator takes frames, where they are not in a byte stream
     * @param timeoutMs longest wait
     * @return what happened
     */
    Outcome pass(Deframer deframer, TapTranslator translator, int timeoutMs) throws IOException;

    /** What one look brought. */
    enum Outcome {
        /** Something came. */
        SOME,
        /** Nothing came in time. */
        NOTHING,
        /** Nothing more will come. */
        OVER
    }

    /**
     * @return longest silence that the tap itself does not fill, milliseconds
     */
    int beatAfterMs();

    /**
     * @return reason to give for the end, if the tap gives none
     */
    String endReason();
}
