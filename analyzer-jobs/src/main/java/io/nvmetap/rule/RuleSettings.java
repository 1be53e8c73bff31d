package io.nvmetap.rule;

import java.io.Serializable;

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
        long appleSilenceNs)
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
                    300 * MS);
}
