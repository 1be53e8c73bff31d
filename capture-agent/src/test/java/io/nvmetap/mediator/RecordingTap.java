package io.nvmetap.mediator;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Keeps every event. */
final class RecordingTap implements Tap {
    private final CapturedEvent scratch = new CapturedEvent();
    private final Timeline timeline;
    final List<CapturedEvent> events = new ArrayList<>();

    RecordingTap(Timeline timeline) {
        this.timeline = timeline;
    }

    @Override
    public boolean on() {
        return true;
    }

    @Override
    public CapturedEvent event() {
        return scratch;
    }

    @Override
    public void emit(CapturedEvent e, int cpu) {
        e.at(events.size(), timeline.nowNs(), cpu, 0);
        events.add(e.copy());
    }

    /** Forgets what was seen so far. */
    void clear() {
        events.clear();
    }

    List<CapturedEvent> of(EventKind kind) {
        return where(e -> e.kind == kind);
    }

    List<CapturedEvent> where(Predicate<CapturedEvent> wanted) {
        return events.stream().filter(wanted).toList();
    }

    /** "GUEST CommandFetched" and so on, in order; locks left out. */
    List<String> kinds() {
        return events.stream()
                .filter(e -> e.kind != EventKind.LOCK_TAKEN && e.kind != EventKind.LOCK_RELEASED)
                .map(RecordingTap::name)
                .toList();
    }

    static String name(CapturedEvent e) {
        String side = e.side == Side.NONE ? "" : e.side + " ";
        String detail =
                switch (e.kind) {
                    case DOORBELL_RUNG -> " " + e.doorbell + " " + e.qid;
                    case REGISTER_READ, REGISTER_WRITTEN ->
                            " " + e.space + " 0x" + Long.toHexString(e.registerOffset);
                    case DECISION -> " " + e.decision + " " + e.text;
                    case CONTROLLER_RESET -> " " + e.edge;
                    default -> "";
                };
        return side + e.kind.schemaName() + detail;
    }
}
