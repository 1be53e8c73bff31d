package io.nvmetap.capture;

import io.nvmetap.event.CaptureStarted;

/**
 * Identity and header of one capture.
 *
 * @param high session id, first eight bytes, drawn at random by the caller
 * @param low session id, last eight bytes
 * @param header its first event; one to {@link #CONTROLLERS_MAX} controllers
 */
public record Session(long high, long low, CaptureStarted header) {
    /** Controllers one session may hold. */
    public static final int CONTROLLERS_MAX = 64;

    public Session {
        int n = header.controllers().size();
        if (n < 1 || n > CONTROLLERS_MAX) {
            throw new IllegalArgumentException(
                    n + " controllers in a session: 1 to " + CONTROLLERS_MAX + " are possible");
        }
    }
}
