package io.nvmetap.session;

/**
 * How a plan is run.
 *
 * @param timeScale factor on recorded times, 0 as fast as order allows
 * @param latencyNsMax longest latency of the controller that is played back ({@code --no-stall})
 * @param deadlineNs how long, in virtual time beyond the recorded one, the guest waits
 * @param accessesMax memory and register accesses a driver may make before it returns
 * @param perturbed whether the replay strays from the recording
 * @param seed from which
 */
public record ReplayOptions(
        double timeScale,
        long latencyNsMax,
        long deadlineNs,
        long accessesMax,
        boolean perturbed,
        long seed) {
    /** The guest waits this long for what came in the recording. */
    public static final long DEADLINE_NS = 10_000_000_000L;

    /** With {@code --no-stall}: longer latencies become this. */
    public static final long STALL_NS = 1_000_000_000L;

    /** As recorded. */
    public static final ReplayOptions DEFAULT =
            new ReplayOptions(1, Long.MAX_VALUE, DEADLINE_NS, AccessBudget.ACCESSES_MAX, false, 0);

    /** The same without stalls. */
    public ReplayOptions withoutStalls() {
        return new ReplayOptions(timeScale, STALL_NS, deadlineNs, accessesMax, perturbed, seed);
    }

    /** The same at another pace. */
    public ReplayOptions withTimeScale(double scale) {
        return new ReplayOptions(scale, latencyNsMax, deadlineNs, accessesMax, perturbed, seed);
    }

    /** The same with another patience of the guest. */
    public ReplayOptions withDeadlineNs(long ns) {
        return new ReplayOptions(timeScale, latencyNsMax, ns, accessesMax, perturbed, seed);
    }

    /** The same with another bound on a driver that does not return. */
    public ReplayOptions withAccessesMax(long max) {
        return new ReplayOptions(timeScale, latencyNsMax, deadlineNs, max, perturbed, seed);
    }

    /** The same, perturbed: moved, raced and delayed within what the protocol allows. */
    public ReplayOptions perturbedFrom(long newSeed) {
        return new ReplayOptions(timeScale, latencyNsMax, deadlineNs, accessesMax, true, newSeed);
    }

    /** Guest and controller take the time they took. */
    boolean asRecorded() {
        return timeScale == 1 && latencyNsMax == Long.MAX_VALUE && !perturbed;
    }

    long scaled(long ns) {
        return (long) (Math.max(0, ns) * timeScale);
    }
}
