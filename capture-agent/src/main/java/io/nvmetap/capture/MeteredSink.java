package io.nvmetap.capture;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import java.io.IOException;

/** Counts what passes into a sink, by what the first bytes of each event say. */
final class MeteredSink implements EventSink {
    private static final int SESSION_BYTES = 16;

    private final EventSink sink;
    private final CaptureMetrics metrics;
    private final AvroIn in = new AvroIn();

    MeteredSink(EventSink sink, CaptureMetrics metrics) {
        this.sink = sink;
        this.metrics = metrics;
    }

    @Override
    public void accept(byte[] body, int count, byte[] key) throws IOException {
        try {
            sink.accept(body, count, key);
        } catch (IOException | RuntimeException refused) {
            metrics.refused();
            throw refused;
        }
        in.wrap(body, SESSION_BYTES, count - SESSION_BYTES);
        // Controller, seq, time, CPU and side come before the kind.
        for (int field = 0; field < 5; field++) {
            in.readLong();
        }
        EventKind kind = EventKind.of(in.readInt());
        metrics.kept(kind, count);
        if (kind == EventKind.EVENTS_LOST) {
            metrics.lost(in.readLong(), in.readString(EventCodec.STRING_BYTES_MAX));
        }
    }

    @Override
    public void flush() throws IOException {
        sink.flush();
    }

    @Override
    public long lost() {
        return sink.lost();
    }

    @Override
    public void close() throws IOException {
        sink.close();
    }
}
