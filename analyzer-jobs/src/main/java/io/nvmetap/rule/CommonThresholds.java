package io.nvmetap.rule;

import java.util.List;

/** Thresholds that several rules read. */
public final class CommonThresholds {
    /** I/O command without a completion. */
    public static final Threshold IO_DEADLINE = Threshold.ms("command-stall.io", 1_000);

    /** Admin command without a completion. */
    public static final Threshold ADMIN_DEADLINE = Threshold.ms("command-stall.admin", 2_000);

    /** A guest's doorbell that waits while the mediator says that it pauses or defers. */
    public static final Threshold PAUSED_DOORBELL =
            Threshold.ms("lost-deferred-doorbell.paused", 300);

    /** Silence of a controller that counts as the stall, Apple rules. */
    public static final Threshold APPLE_SILENCE = Threshold.ms("apple.silence", 300);

    private CommonThresholds() {}

    static List<Threshold> all() {
        return List.of(IO_DEADLINE, ADMIN_DEADLINE, PAUSED_DOORBELL, APPLE_SILENCE);
    }
}
