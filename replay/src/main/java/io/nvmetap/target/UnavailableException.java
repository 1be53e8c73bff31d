package io.nvmetap.target;

import java.io.IOException;

/** What a driver needs to be started could not be had: a socket, a file, a shell. Not its fault. */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnavailableException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
