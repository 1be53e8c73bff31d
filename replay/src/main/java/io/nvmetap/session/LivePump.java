package io.nvmetap.session;

import io.nvmetap.device.LiveTimeline;
import io.nvmetap.target.ExternalDriver;
import java.io.UncheckedIOException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Real time, for a driver in another process. The session's thread is inside the timeline except
 * while it waits for the driver: what the driver does meanwhile to its controller and to guest
 * memory comes in on other threads.
 */
final class LivePump implements Pump {
    /** How often a wait looks; completions come by message, so nobody wakes us. */
    private static final long LOOK_NS = 50_000;

    private final LiveTimeline timeline;
    private final Outcome outcome;
    private final ExternalDriver driver;
    private Runnable after = () -> {};
    private long calls;
    private long callsNs;

    LivePump(LiveTimeline timeline, Outcome outcome, ExternalDriver driver) {
        this.timeline = timeline;
        this.outcome = outcome;
        this.driver = driver;
    }

    @Override
    public void afterEach(Runnable work) {
        after = work;
    }

    @Override
    public void guarded(Runnable call) {
        long beganNs = System.nanoTime();
        try {
            timeline.leave(call);
        } catch (UncheckedIOException e) {
            outcome.failed(e.getCause().getMessage());
        }
        calls++;
        // The first call is the driver's start, which has a limit of its own.
        callsNs += calls == 1 ? 0 : System.nanoTime() - beganNs;
        settled();
        if (callsNs > driver.limits().answersNsMax()) {
            outcome.failed(
                    String.format(
                            "the driver answers slowly: %,d register accesses took %.1f s",
                            calls - 1, callsNs / 1e9));
        }
    }

    /** What came in meanwhile is looked at before the driver's end is told. */
    private void settled() {
        driver.settle();
        after.run();
        String misdeed = driver.misdeed();
        if (!misdeed.isEmpty()) {
            outcome.diverged(misdeed);
        }
        String end = driver.ended();
        if (!end.isEmpty()) {
            outcome.failed(end);
        }
    }

    @Override
    public long nowNs() {
        return timeline.nowNs();
    }

    @Override
    public boolean runUntil(BooleanSupplier condition, long timeNs) {
        settled();
        while (!outcome.diverged() && !condition.getAsBoolean() && timeline.nowNs() < timeNs) {
            timeline.leave(() -> LockSupport.parkNanos(LOOK_NS));
            settled();
        }
        return condition.getAsBoolean();
    }
}
