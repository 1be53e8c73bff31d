package io.nvmetap.guest;

/** A guest cannot go on; the message says at what. */
final class GuestStuckException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GuestStuckException(String message) {
        super(message, null, false, false);
    }
}
