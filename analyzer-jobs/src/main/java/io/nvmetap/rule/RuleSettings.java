package io.nvmetap.rule;

import java.io.Serializable;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Thresholds, in event time.
 *
 * @param ioDeadlineNs rule.command-stall.io.deadline: I/O command without completion
 * @param adminDeadlineNs rule.command-stall.admin.deadline: admin command without completion
 * @param unservedDoorbellNs rule.lost-deferred-doorbell.deadline: tail rung, mediator alive, not
 *     fetched
 * @param pausedDoorbellNs the same while the mediator says that it pauses or defers
 * @param silentCompletionNs rule.lost-irq-polled-rescue.age: CQE acknowledged without an interrupt
 * @param uncheckedUnmaskNs rule.unmask-without-recheck.deadline: unmask, no completion taken
 * @param keptInterruptNs rule.over-filtering-drops-wanted-irq.deadline: message kept back, nothing
 *     delivered
 * @param pairOverlapNs rule.sq-cq-doorbell-pair-race.overlap
 * @param appleUnackedNs rule.apple-unacked-cqe-stall.unacked: age of an unacknowledged CQE
 * @param appleSilenceNs silence of the controller that counts as the stall, Apple rules
 * @param unpassedHeadNs rule.batch-published-before-accounting.deadline: guest's head not passed on
 */
public record RuleSettings(
        long ioDeadlineNs,
        long adminDeadlineNs,
        long unservedDoorbellNs,
        long pausedDoorbellNs,
        long silentCompletionNs,
        long uncheckedUnmaskNs,
        long keptInterruptNs,
        long pairOverlapNs,
        long appleUnackedNs,
        long appleSilenceNs,
        long unpassedHeadNs)
        implements Serializable {
    private static final long MS = 1_000_000L;

    /** Defaults. */
    public static final RuleSettings DEFAULTS =
            new RuleSettings(
                    1_000 * MS,
                    2_000 * MS,
                    10 * MS,
                    300 * MS,
                    100 * MS,
                    10 * MS,
                    100 * MS,
                    200,
                    2 * MS,
                    300 * MS,
                    10 * MS);

    /** What users call the thresholds, in the order of the components. */
    private static final List<String> NAMES =
            List.of(
                    "command-stall.io",
                    "command-stall.admin",
                    "lost-deferred-doorbell.unserved",
                    "lost-deferred-doorbell.paused",
                    "lost-irq-polled-rescue.age",
                    "unmask-without-recheck.deadline",
                    "over-filtering-drops-wanted-irq.deadline",
                    "sq-cq-doorbell-pair-race.overlap",
                    "apple-unacked-cqe-stall.age",
                    "apple.silence",
                    "batch-published-before-accounting.deadline");

    /** Longest threshold: a day. */
    public static final long NS_MAX = 86_400_000_000_000L;

    /**
     * These with one threshold changed.
     *
     * @param name one of the names, of which the message lists all
     * @param ns nanoseconds, 1 to {@link #NS_MAX}
     * @throws IllegalArgumentException if there is no such threshold, or it cannot be so long
     */
    public RuleSettings with(String name, long ns) {
        int index = NAMES.indexOf(name);
        if (index < 0) {
            throw new IllegalArgumentException(
                    "unknown threshold '" + name + "'; there are " + String.join(", ", NAMES));
        }
        if (ns < 1 || ns > NS_MAX) {
            throw new IllegalArgumentException(name + " is 1 ns to 1 day");
        }
        long[] v = {
            ioDeadlineNs,
            adminDeadlineNs,
            unservedDoorbellNs,
            pausedDoorbellNs,
            silentCompletionNs,
            uncheckedUnmaskNs,
            keptInterruptNs,
            pairOverlapNs,
            appleUnackedNs,
            appleSilenceNs,
            unpassedHeadNs
        };
        v[index] = ns;
        return new RuleSettings(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8], v[9], v[10]);
    }

    /**
     * These with one threshold changed, as users write it: {@code NAME=TIME}, the time in ns, us,
     * ms or s.
     *
     * @throws IllegalArgumentException one line that says what is wrong
     */
    public RuleSettings with(String assignment) {
        Matcher m = ASSIGNMENT.matcher(assignment);
        if (!m.matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + assignment
                            + "' is no threshold: write NAME=TIME, command-stall.io=300ms");
        }
        long unit =
                switch (m.group(3)) {
                    case "s" -> 1_000 * MS;
                    case "ms" -> MS;
                    case "us" -> 1_000;
                    default -> 1;
                };
        return with(m.group(1), Long.parseLong(m.group(2)) * unit);
    }

    private static final Pattern ASSIGNMENT =
            Pattern.compile("([a-z.-]+)=([0-9]{1,9})(ns|us|ms|s)");
}
