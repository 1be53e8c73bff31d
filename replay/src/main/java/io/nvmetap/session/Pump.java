package io.nvmetap.session;

import io.nvmetap.device.VirtualTimeline;
import java.util.function.BooleanSupplier;

/**
 * Lets time pass and calls into drivers; what a driver does wrong in a call becomes a divergence.
 */
final class Pump {
    /** Pieces of work between two things the guest does, beyond which a driver goes in circles. */
    static final long STEPS_MAX = 50_000_000;

    private final VirtualTimeline timeline;
    private final AccessBudget budget;
    private final Outcome outcome;
    private Runnable after = () -> {};

    Pump(VirtualTimeline timeline, AccessBudget budget, Outcome outcome) {
        this.timeline = timeline;
        this.budget = budget;
        this.outcome = outcome;
    }

    /** Sets what is to be done after each call. */
    void afterEach(Runnable work) {
        after = work;
    }

    /** Calls into the driver. */
    void guarded(Runnable call) {
        budget.refill();
        try {
            call.run();
        } catch (SpinningDriverException e) {
            // Said below, for drivers that swallow it too.
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            outcome.diverged("the driver threw " + e.getClass().getSimpleName() + ": " + line(e));
        }
        if (budget.spun()) {
            outcome.diverged(
                    "the driver spins: it made "
                            + budget.max()
                            + " memory and register accesses without returning");
        }
        after.run();
    }

    private static String line(Throwable e) {
        String message = String.valueOf(e.getMessage());
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    long nowNs() {
        return timeline.nowNs();
    }

    /**
     * Runs what falls due until the condition holds or it is {@code timeNs}.
     *
     * @return the condition
     */
    boolean runUntil(BooleanSupplier condition, long timeNs) {
        long steps = 0;
        while (!outcome.diverged() && !condition.getAsBoolean()) {
            if (timeline.nextDueNs() > timeNs) {
                timeline.runUntil(timeNs);
                break;
            }
            if (++steps > STEPS_MAX) {
                outcome.diverged("the driver spins: " + STEPS_MAX + " pieces of work, no progress");
                break;
            }
            guarded(timeline::runNext);
        }
        return condition.getAsBoolean();
    }
}
