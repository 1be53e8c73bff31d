package io.nvmetap.capture;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Keeps decoded events; fails on demand. */
final class KeptSink implements EventSink {
    final List<CapturedEvent> events = new ArrayList<>();
    final List<byte[]> keys = new ArrayList<>();
    int failures;
    int offers;
    boolean closed;

    @Override
    public void accept(byte[] body, int count, byte[] key) throws IOException {
        offers++;
        if (failures > 0) {
            failures--;
            throw new IOException("peer is dead");
        }
        CapturedEvent e = new CapturedEvent();
        EventCodec.decode(new AvroIn().wrap(body, 0, count), e);
        events.add(e);
        keys.add(key);
    }

    @Override
    public void flush() {
        // Everything is kept at once.
    }

    @Override
    public long lost() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
    }

    List<EventKind> kinds() {
        return events.stream().map(e -> e.kind).toList();
    }

    long count(EventKind kind) {
        return events.stream().filter(e -> e.kind == kind).count();
    }

    long reportedLost() {
        return events.stream()
                .filter(e -> e.kind == EventKind.EVENTS_LOST)
                .mapToLong(e -> e.value)
                .sum();
    }

    /** Each number follows the one before, except by as much as an EventsLost says. */
    void assertSequence() {
        long next = 0;
        for (CapturedEvent e : events) {
            if (e.seq != next) {
                throw new AssertionError("seq " + e.seq + " where " + next + " should be");
            }
            next = e.seq + 1 + (e.kind == EventKind.EVENTS_LOST ? e.value : 0);
        }
    }
}
