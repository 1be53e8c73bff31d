package io.nvmetap.device;

/**
 * Time and the work that waits for it: virtual in simulation and replay, real in a live mediator.
 */
public interface Timeline {
    /**
     * @return monotonic nanoseconds
     */
    long nowNs();

    /**
     * Runs {@code work} once, {@code delayNs} from now (0: as soon as the current work is done).
     * Work due at the same time runs in the order it was asked for.
     */
    void after(long delayNs, Runnable work);
}
