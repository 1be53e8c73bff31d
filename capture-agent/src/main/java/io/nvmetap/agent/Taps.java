package io.nvmetap.agent;

import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/** Taps that are heard; closing ends every session and waits for it. */
interface Taps extends Closeable {
    /**
     * Waits until a tap came and none is left, or this was closed.
     *
     * @return false if that takes longer than the limit
     */
    boolean awaitLast(long limitMs) throws InterruptedException;

    /**
     * @return nothing more will be heard
     */
    boolean deaf();

    /**
     * @return the first thing that went wrong with a tap, if any
     */
    Optional<IOException> failure();
}
