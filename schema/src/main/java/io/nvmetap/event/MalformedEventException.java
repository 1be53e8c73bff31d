package io.nvmetap.event;

/** Bytes that are not an event of the schema; the message is one line and says what was found. */
public final class MalformedEventException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public MalformedEventException(String message) {
        super(message, null, false, false);
    }
}
