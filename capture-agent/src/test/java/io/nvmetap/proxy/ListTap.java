package io.nvmetap.proxy;

import io.nvmetap.capture.Tap;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.util.ArrayList;
import java.util.List;

/** A tap that keeps everything. */
final class ListTap implements Tap {
    final List<CapturedEvent> events = new ArrayList<>();
    private final CapturedEvent scratch = new CapturedEvent();

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
        e.at(events.size(), 0, cpu, 0);
        events.add(e.copy());
    }

    List<EventKind> kinds() {
        return events.stream().map(e -> e.kind).toList();
    }

    List<CapturedEvent> all(EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).toList();
    }

    void clear() {
        events.clear();
    }
}
