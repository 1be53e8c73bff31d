package io.nvmetap.broker;

import java.io.IOException;

/** The broker cannot be started, stopped or reached; one line that says what to do. */
public final class BrokerException extends IOException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    public BrokerException(String message) {
        this(message, false);
    }

    private BrokerException(String message, boolean refused) {
        super(message);
        this.refused = refused;
    }

    /** The broker is there and does not want us, or no client can be made: waiting helps not. */
    static BrokerException refusal(String message) {
        return new BrokerException(message, true);
    }

    /**
     * @return waiting for the broker helps not
     */
    public boolean isRefusal() {
        return refused;
    }
}
