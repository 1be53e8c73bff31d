package io.nvmetap.session;

import java.util.function.BooleanSupplier;

/**
 * Lets time pass and calls into drivers; what a driver does wrong in a call becomes a divergence.
 */
interface Pump {
    /** Sets what is to be done after each call and each piece of work. */
    void afterEach(Runnable work);

    /** Calls into the driver. */
    void guarded(Runnable call);

    /** Does the next piece of work now, inside another, if it is due within that time. */
    default void runSoon(long withinNs) {
        // In real time it comes in by itself.
    }

    /** Nanoseconds on the replay's clock. */
    long nowNs();

    /**
     * Lets happen what happens until the condition holds or it is {@code timeNs}.
     *
     * @return the condition
     */
    boolean runUntil(BooleanSupplier condition, long timeNs);
}
