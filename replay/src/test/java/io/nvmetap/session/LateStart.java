package io.nvmetap.session;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Recordings that began late: cut so that the first thing they know is a snapshot. */
final class LateStart {
    private LateStart() {}

    /**
     * Cuts.
     *
     * @param skipped snapshots passed over before the one to begin with
     */
    static List<CapturedEvent> cut(List<CapturedEvent> whole, int skipped) {
        List<CapturedEvent> late = new ArrayList<>();
        int left = skipped;
        long zeroNs = 0;
        for (CapturedEvent e : whole) {
            if (e.kind == EventKind.CAPTURE_STARTED) {
                CapturedEvent started = e.copy();
                started.header = knowingNothing(e.header);
                late.add(started);
            } else if (late.size() > 1) {
                late.add(e.copy());
            } else if (e.kind == EventKind.STATE_SNAPSHOT && e.state.known() && left-- == 0) {
                zeroNs = e.timeNs;
                late.add(e.copy());
            }
        }
        for (int i = 1; i < late.size(); i++) {
            CapturedEvent e = late.get(i);
            e.at(i, e.timeNs - zeroNs, e.cpu, e.controller);
        }
        return late;
    }

    private static CaptureStarted knowingNothing(CaptureStarted from) {
        return new CaptureStarted(
                from.wallClockMs(),
                from.timeResolutionNs(),
                from.machine(),
                from.firmware(),
                from.os(),
                from.mediatorName(),
                from.mediatorVersion(),
                from.mediatorBuild(),
                from.source(),
                from.unseen(),
                from.mixedControllers(),
                List.of(from.controllers().get(0).withState(LiveState.UNKNOWN)),
                from.payloadPolicy());
    }

    static void write(List<CapturedEvent> events, Path file) throws IOException {
        try (TraceWriter writer = TraceWriter.open(file)) {
            for (CapturedEvent e : events) {
                writer.append(e);
            }
        }
    }
}
