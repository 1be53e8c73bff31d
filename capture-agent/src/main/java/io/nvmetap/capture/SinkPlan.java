package io.nvmetap.capture;

import java.io.IOException;

/** Where else a recording goes that has a trace file. */
public interface SinkPlan {
    /** To its file only. */
    SinkPlan FILE_ONLY = file -> file;

    /**
     * @param file sink of the trace file; closed by what is returned, and when this throws
     * @throws IOException if the other place cannot be had
     */
    EventSink with(EventSink file) throws IOException;

    /** Shown the ring of the recording, for figures. */
    default void ring(EventRing ring) {
        // Not looked at.
    }
}
