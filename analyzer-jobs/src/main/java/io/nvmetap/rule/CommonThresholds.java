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

    /** I/O command without a completion: a stall. */
    public static final Threshold IO_HARD = Threshold.ms("command-stall.io-hard", 1_000);

    /** Admin command without a completion: a stall. */
    public static final Threshold ADMIN_HARD = Threshold.ms("command-stall.admin-hard", 2_000);

    /** A guest's doorbell that waits while the mediator says that it pauses or defers. */
    public static final Threshold PAUSED_DOORBELL =
            Threshold.ms("lost-deferred-doorbell.paused", 300);

    /** Silence of a controller that counts as the stall, Apple rules. */
    public static final Threshold APPLE_SILENCE = Threshold.ms("apple.silence", 300);

    private CommonThresholds() {}

    static List<Threshold> all() {
        return List.of(
                IO_DEADLINE, ADMIN_DEADLINE, IO_HARD, ADMIN_HARD, PAUSED_DOORBELL, APPLE_SILENCE);
    }

    /**
     * The soft deadline is for real time only: an emulation may be kept waiting by its host.
     *
     * @return nanoseconds after which a command is overdue, admin or I/O
     */
    public static long softNs(History h, Judge judge, boolean admin) {
        return h.header.sees(Unseen.REAL_TIME)
                ? judge.settings().of(admin ? ADMIN_DEADLINE : IO_DEADLINE)
                : hardNs(judge, admin);
    }

    /**
     * @return nanoseconds after which a command has stalled, admin or I/O
     */
    public static long hardNs(Judge judge, boolean admin) {
        return judge.settings().of(admin ? ADMIN_HARD : IO_HARD);
    }
}
