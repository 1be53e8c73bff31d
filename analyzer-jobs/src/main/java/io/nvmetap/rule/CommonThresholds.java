package io.nvmetap.rule;

import io.nvmetap.event.Unseen;
import io.nvmetap.history.History;
import java.util.List;

/** Thresholds that several rules read. */
public final class CommonThresholds {
    /** I/O command without a completion: a soft deadline; drivers give up after many seconds. */
    public static final Threshold IO_DEADLINE = Threshold.ms("command-stall.io", 300);

    /** Admin command without a completion. */
    public static final Threshold ADMIN_DEADLINE = Threshold.ms("command-stall.admin", 600);

    /** The same where time is that of an emulation: its host may have paused it. */
    public static final Threshold IO_DEADLINE_EMULATED =
            Threshold.ms("command-stall.io-emulated", 1_000);

    /** Likewise, admin commands. */
    public static final Threshold ADMIN_DEADLINE_EMULATED =
            Threshold.ms("command-stall.admin-emulated", 2_000);

    /** A guest's doorbell that waits while the mediator says that it pauses or defers. */
    public static final Threshold PAUSED_DOORBELL =
            Threshold.ms("lost-deferred-doorbell.paused", 300);

    /** Silence of a controller that counts as the stall, Apple rules. */
    public static final Threshold APPLE_SILENCE = Threshold.ms("apple.silence", 300);

    private CommonThresholds() {}

    static List<Threshold> all() {
        return List.of(
                IO_DEADLINE,
                ADMIN_DEADLINE,
                IO_DEADLINE_EMULATED,
                ADMIN_DEADLINE_EMULATED,
                PAUSED_DOORBELL,
                APPLE_SILENCE);
    }

    /**
     * @return nanoseconds that a command of this queue may take, admin or I/O
     */
    public static long deadlineNs(History h, Judge judge, boolean admin) {
        boolean real = h.header.sees(Unseen.REAL_TIME);
        if (admin) {
            return judge.settings().of(real ? ADMIN_DEADLINE : ADMIN_DEADLINE_EMULATED);
        }
        return judge.settings().of(real ? IO_DEADLINE : IO_DEADLINE_EMULATED);
    }
}
