package io.nvmetap.broker;

import java.io.IOException;

/** The broker cannot be started, stopped or reached; one line that says what to do. */
public final class BrokerException extends IOException {
    private static final long serialVersionUID = 1L;

    public BrokerException(String message) {
        super(message);
    }
}
