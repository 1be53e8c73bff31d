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

    static CaptureStarted of(Plan plan, String driver) {
        CaptureStarted from = plan.header();
        ControllerInfo info =
                from.controllers().isEmpty() ? ControllerInfo.unknown() : from.controllers().get(0);
        return new CaptureStarted(
                from.wallClockMs(),
                1,
                from.machine(),
                from.firmware(),
                from.os(),
                "nvmetap-reference",
                "",
                driver,
                "mediator",
                EnumSet.of(Unseen.REAL_TIME, Unseen.PCI_CONFIG),
                "",
                List.of(info.withState(LiveState.DISABLED)),
                PayloadPolicy.ADMIN);
    }
}
