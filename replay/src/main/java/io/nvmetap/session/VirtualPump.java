package io.nvmetap.session;

import io.nvmetap.device.VirtualTimeline;
import java.util.function.BooleanSupplier;

/** Virtual time, one thread: the same replay gives the same verdict. */
final class VirtualPump implements Pump {
    /** Pieces of work between two things the guest does, beyond which a driver goes in circles. */
    static final long STEPS_MAX = 50_000_000;

    private final VirtualTimeline timeline;
    private final AccessBudget budget;
    private final Outcome outcome;
    private Runnable after = () -> {};
    private boolean inside;

    VirtualPump(VirtualTimeline timeline, AccessBudget budget, Outcome outcome) {
        this.timeline = timeline;
        this.budget = budget;
        this.outcome = outcome;
    }

    @Override
    public void afterEach(Runnable work) {
        after = work;
    }

    @Override
    public void guarded(Runnable call) {
        if (inside) {
            // A second CPU: who called the first looks at what both did.
            call.run();
            return;
        }
        inside = true;
        budget.refill();
        try {
            call.run();
        } catch (SpinningDriverException e) {
            // Said below, for drivers that swallow it too.
        } catch (RuntimeException | StackOverflowError | AssertionError e) {
            outcome.diverged("the driver threw " + e.getClass().getSimpleName() + ": " + line(e));
        } finally {
            inside = false;
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

    @Override
    public void runSoon(long withinNs) {
        if (timeline.nextDueNs() - timeline.nowNs() <= withinNs) {
            timeline.runNext();
        }
    }

    @Override
    public long nowNs() {
        return timeline.nowNs();
    }

    @Override
    public boolean runUntil(BooleanSupplier condition, long timeNs) {
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
