package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.trace.EventSerde;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Makes numbered events of several sessions, and adds up what comes out at the other end. */
final class SpoolTally {
    private static final int SQE_BYTES = 64;

    private final AvroOut out = new AvroOut(256);
    private final CapturedEvent e = new CapturedEvent();
    private final Map<Long, Long> made = new HashMap<>();
    private final Map<Long, Long> next = new HashMap<>();
    long seen;
    long lost;

    /** Something that takes an event. */
    interface Taker {
        void take(byte[] body, int count, byte[] key) throws IOException;
    }

    void make(long session, Taker to) throws IOException {
        long seq = made.merge(session, 1L, Long::sum) - 1;
        e.sessionLow = session;
        e.at(seq, seq, 0, 0);
        if (seq % 3 == 0) {
            e.asCommand(EventKind.COMMAND_FETCHED, 1, 0, new byte[SQE_BYTES], 0, SQE_BYTES);
        } else {
            e.asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, (int) seq);
        }
        EventCodec.encode(e, out.clear());
        to.take(out.buffer(), out.position(), EventSerde.key(e));
    }

    /** Each number comes once and in order, or is told as lost where it should have been. */
    void see(byte[] key, byte[] from, int at, int count) {
        CapturedEvent got = new CapturedEvent();
        EventCodec.decode(new AvroIn().wrap(from, at, count), got);
        assertThat(key).isEqualTo(EventSerde.key(got));
        long expected = next.getOrDefault(got.sessionLow, 0L);
        assertThat(got.seq).isEqualTo(expected);
        boolean notice = got.kind == EventKind.EVENTS_LOST;
        if (notice) {
            assertThat(got.label).isEqualTo("spool");
            assertThat(got.value).isPositive();
            lost += got.value;
        } else {
            seen++;
        }
        next.put(got.sessionLow, expected + (notice ? got.value : 1));
    }

    long made() {
        return made.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Everything made was seen or told as lost. */
    void assertExact() {
        assertThat(next).isEqualTo(made);
        assertThat(seen + lost).isEqualTo(made());
    }
}
