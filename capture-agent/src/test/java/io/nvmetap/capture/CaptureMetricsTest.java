package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.metrics.Meters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CaptureMetricsTest {
    private static final long NOW_MS = 1_700_000_000_000L;

    private final Meters meters = new Meters();
    private final AtomicInteger closed = new AtomicInteger();
    private final CaptureMetrics metrics =
            new CaptureMetrics(meters, () -> NOW_MS, closed::incrementAndGet);
    private boolean full;
    private final EventSink sink = metrics.sink(new Disk());

    /** Takes all until it is full. */
    private final class Disk implements EventSink {
        @Override
        public void accept(byte[] body, int count, byte[] key) throws IOException {
            if (full) {
                throw new IOException("full");
            }
        }

        @Override
        public void flush() {
            // Nothing waits.
        }

        @Override
        public long lost() {
            return 0;
        }

        @Override
        public void close() {
            // Nothing to let go.
        }
    }

    private void keep(CapturedEvent e) throws IOException {
        e.at(1L << 40, 1L << 50, 300, 7);
        AvroOut out = new AvroOut(256);
        EventCodec.encode(e, out);
        sink.accept(out.buffer(), out.position(), new byte[0]);
    }

    private String told() throws IOException {
        return new String(meters.exposition(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldCountEventsByKind() throws IOException {
        keep(new CapturedEvent().asHeartbeat());
        keep(new CapturedEvent().asHeartbeat());
        keep(new CapturedEvent().asAnnotation("a", "b"));
        assertThat(told())
                .contains("nvmetap_capture_events_total{kind=\"Heartbeat\"} 2.0\n")
                .contains("nvmetap_capture_events_total{kind=\"Annotation\"} 1.0\n")
                .contains("nvmetap_capture_events_total{kind=\"Payload\"} 0.0\n")
                .contains("nvmetap_capture_last_event_seconds 1.7E9\n");
    }

    @Test
    void shouldCountLossesByStage() throws IOException {
        keep(new CapturedEvent().asEventsLost(5, "ring"));
        keep(new CapturedEvent().asEventsLost(2, "tap stream"));
        assertThat(told())
                .contains("nvmetap_capture_lost_events_total{reason=\"ring\"} 5.0\n")
                .contains("nvmetap_capture_lost_events_total{reason=\"tap stream\"} 2.0\n");
    }

    @Test
    void shouldMakeNoLabelOfAPeersOwnWord() throws IOException {
        for (int i = 0; i < 1_000; i++) {
            keep(new CapturedEvent().asEventsLost(1, "x\"} 9\nnvmetap_forged{a=\"" + i));
        }
        assertThat(told())
                .contains("nvmetap_capture_lost_events_total{reason=\"other\"} 1000.0\n")
                .doesNotContain("forged");
    }

    @Test
    void shouldCountARefusalAndNotTheEvent() throws IOException {
        full = true;
        assertThatThrownBy(() -> keep(new CapturedEvent().asHeartbeat()))
                .isInstanceOf(IOException.class);
        assertThat(told())
                .contains("nvmetap_capture_sink_failures_total 1.0\n")
                .contains("nvmetap_capture_events_total{kind=\"Heartbeat\"} 0.0\n");
    }

    @Test
    void shouldTellHowFullTheRingIs() throws IOException {
        EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_MIN, () -> 0);
        metrics.ring(ring);
        ring.put(0, new byte[100], 100);
        assertThat(told())
                .contains("nvmetap_capture_ring_size_bytes 4096.0\n")
                .contains("nvmetap_capture_ring_used_bytes 128.0\n");
    }

    @Test
    void shouldLetGoOfTheEndpoint() {
        metrics.close();
        assertThat(closed).hasValue(1);
    }
}
