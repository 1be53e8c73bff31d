package io.nvmetap.trace;

import java.io.IOException;

/** A file that is not a trace of this program; the message says what it is and what to do. */
public final class TraceFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    public TraceFormatException(String message) {
        super(message);
    }
}
