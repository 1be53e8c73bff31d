package io.nvmetap.session;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Unseen;
import io.nvmetap.plan.Plan;
import java.util.EnumSet;
import java.util.List;

/** Header of a replay's own recording. */
final class ReplayHeader {
    private ReplayHeader() {}

    /**
     * Of the reference driver, which says itself what it sees. Its own time is exact; guest and
     * controller take what they took in the recording.
     *
     * @param asRecorded times are those of the recording
     */
    static CaptureStarted of(Plan plan, String driver, boolean asRecorded) {
        EnumSet<Unseen> unseen = EnumSet.of(Unseen.PCI_CONFIG);
        if (!asRecorded || !plan.header().sees(Unseen.REAL_TIME)) {
            unseen.add(Unseen.REAL_TIME);
        }
        return header(plan, "nvmetap-reference", driver, unseen);
    }

    /**
     * Of a driver that says nothing: what its guest and its controller saw. Both are played, so
     * times tell of the driver only together with a process's own; a driver may keep its
     * controller's MSI-X table to itself, and nobody says which CPU acts.
     *
     * @param deviceSide its controller is played too
     */
    static CaptureStarted witnessed(Plan plan, String driver, boolean deviceSide) {
        EnumSet<Unseen> unseen =
                EnumSet.of(
                        Unseen.REAL_TIME,
                        Unseen.PCI_CONFIG,
                        Unseen.MSIX_TABLE,
                        Unseen.CPU,
                        Unseen.STORES,
                        Unseen.LOCKS,
                        Unseen.DECISIONS);
        if (!deviceSide) {
            unseen.add(Unseen.DEVICE_SIDE);
        }
        return header(plan, "driver in another process", driver, unseen);
    }

    private static CaptureStarted header(
            Plan plan, String mediator, String driver, EnumSet<Unseen> unseen) {
        CaptureStarted from = plan.header();
        ControllerInfo info =
                from.controllers().isEmpty() ? ControllerInfo.unknown() : from.controllers().get(0);
        return new CaptureStarted(
                from.wallClockMs(),
                1,
                from.machine(),
                from.firmware(),
                from.os(),
                mediator,
                "",
                driver,
                "mediator",
                unseen,
                "",
                List.of(info.withState(LiveState.DISABLED)),
                PayloadPolicy.ADMIN);
    }
}
