package io.nvmetap.capture;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.MalformedEventException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a full spool gave up, as the {@code EventsLost} that stand in its place: one for each
 * controller of each session, with the number and time of the first event lost. The first and the
 * last event of a session are kept, without them the rest says little.
 */
final class LossRuns {
    /** Stage of these losses. */
    static final String STAGE = "spool";

    /** Controllers told apart; of further ones only the sum is known. */
    static final int RUNS_MAX = 16_384;

    /** First and last events kept, bytes; further ones are lost as any other. */
    static final int KEPT_BYTES_MAX = 1 << 20;

    private final Map<ByteBuffer, Run> runs = new LinkedHashMap<>();
    private final List<Kept> kept = new ArrayList<>();
    private final CapturedEvent event = new CapturedEvent();
    private final AvroIn in = new AvroIn();
    private final AvroOut out = new AvroOut(256);
    private int keptBytes;
    private long lost;

    private static final class Run {
        private byte[] key;
        private long sessionHigh;
        private long sessionLow;
        private int controller;
        private long seq;
        private long timeNs;
        private long count;
    }

    private record Kept(byte[] key, byte[] body, long seq) {}

    /** Gives up one event. */
    void add(byte[] key, byte[] body, int at, int count) {
        try {
            EventCodec.decode(in.wrap(body, at, count), event);
        } catch (MalformedEventException ours) {
            lost++;
            return;
        }
        boolean frame =
                event.kind == EventKind.CAPTURE_STARTED || event.kind == EventKind.CAPTURE_ENDED;
        if (frame && keptBytes + count <= KEPT_BYTES_MAX) {
            keptBytes += count;
            byte[] copy = java.util.Arrays.copyOfRange(body, at, at + count);
            kept.add(new Kept(key, copy, event.seq));
            return;
        }
        // A notice of a loss that is lost itself hands its count on.
        boolean ofSpool = event.kind == EventKind.EVENTS_LOST && event.label.equals(STAGE);
        long inAll = event.kind == EventKind.EVENTS_LOST ? event.value : 0;
        lost += ofSpool ? 0 : 1;
        ByteBuffer id = ByteBuffer.wrap(key);
        Run run = runs.get(id);
        if (run == null) {
            if (runs.size() >= RUNS_MAX) {
                return;
            }
            run = begin(key);
            runs.put(id, run);
        }
        run.count += inAll + (ofSpool ? 0 : 1);
    }

    private Run begin(byte[] key) {
        Run run = new Run();
        run.key = key;
        run.sessionHigh = event.sessionHigh;
        run.sessionLow = event.sessionLow;
        run.controller = event.controller;
        run.seq = event.seq;
        run.timeNs = event.timeNs;
        return run;
    }

    boolean isEmpty() {
        return runs.isEmpty() && kept.isEmpty();
    }

    /**
     * @return events given up in all
     */
    long lost() {
        return lost;
    }

    /** Appends what stands for the lost events, in order, and begins anew. */
    void tell(SpoolChunk to) {
        for (Run run : runs.values()) {
            event.sessionHigh = run.sessionHigh;
            event.sessionLow = run.sessionLow;
            event.at(run.seq, run.timeNs, -1, run.controller).asEventsLost(run.count, STAGE);
            EventCodec.encode(event, out.clear());
            byte[] notice = java.util.Arrays.copyOf(out.buffer(), out.position());
            kept.add(new Kept(run.key, notice, run.seq));
        }
        kept.sort(Comparator.comparingLong(Kept::seq));
        kept.forEach(k -> to.append(k.key(), k.body(), 0, k.body().length));
        kept.clear();
        runs.clear();
        keptBytes = 0;
    }
}
