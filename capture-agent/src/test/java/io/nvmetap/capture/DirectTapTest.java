package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.device.Timeline;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirectTapTest {
    private static final long MS = 1_000_000;

    private final HandClock clock = new HandClock();
    private final List<CapturedEvent> seen = new ArrayList<>();
    private boolean refuse;
    private final DirectTap tap = new DirectTap(clock, 7, 9, this::take);

    private void take(CapturedEvent e) {
        if (refuse) {
            throw new IllegalStateException("full");
        }
        seen.add(e.copy());
    }

    private void ring(int tail) {
        tap.emit(tap.event().asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, tail), 3);
    }

    @Test
    void shouldStampSessionSequenceTimeAndCpu() {
        clock.now = 5_000;
        tap.start(CaptureStarted.unknown());
        clock.now = 5_040;
        ring(2);
        tap.end("done");

        assertThat(seen).extracting(e -> e.seq).containsExactly(0L, 1L, 2L);
        assertThat(seen).extracting(e -> e.timeNs).containsExactly(0L, 40L, 40L);
        assertThat(seen).allMatch(e -> e.sessionHigh == 7 && e.sessionLow == 9);
        assertThat(seen.get(1).cpu).isEqualTo(3);
        assertThat(seen.get(2).value).isEqualTo(2);
        assertThat(seen.get(2).label).isEqualTo("done");
    }

    @Test
    void shouldBeOffBeforeStartAndAfterEnd() {
        assertThat(tap.on()).isFalse();
        ring(1);
        tap.end("never started");
        assertThat(seen).isEmpty();
        tap.start(CaptureStarted.unknown());
        assertThat(tap.on()).isTrue();
        tap.end("done");
        tap.end("again");
        ring(1);
        assertThat(seen).hasSize(2);
        assertThatThrownBy(() -> tap.start(CaptureStarted.unknown()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldFillSilenceWithHeartbeats() {
        tap.start(CaptureStarted.unknown());
        clock.now = 350 * MS;
        ring(1);
        assertThat(seen).extracting(e -> e.timeNs / MS).containsExactly(0L, 100L, 200L, 300L, 350L);
        assertThat(seen.subList(1, 4)).allMatch(e -> e.kind == EventKind.HEARTBEAT);
    }

    @Test
    void shouldBoundTheHeartbeatsOfOneSilence() {
        tap.start(CaptureStarted.unknown());
        clock.now = 3_600_000 * MS;
        ring(1);
        assertThat(seen).hasSizeBetween(900, DirectTap.HEARTBEATS_PER_SILENCE_MAX + 2);
    }

    @Test
    void shouldNotThrowAndShouldReportTheLossWhenTheConsumerFails() {
        tap.start(CaptureStarted.unknown());
        refuse = true;
        ring(1);
        ring(2);
        refuse = false;
        ring(3);
        tap.end("done");

        assertThat(seen)
                .extracting(e -> e.kind)
                .containsExactly(
                        EventKind.CAPTURE_STARTED,
                        EventKind.EVENTS_LOST,
                        EventKind.DOORBELL_RUNG,
                        EventKind.CAPTURE_ENDED);
        assertThat(seen).extracting(e -> e.seq).containsExactly(0L, 1L, 4L, 5L);
        assertThat(seen.get(1).value).isEqualTo(2);
        assertThat(seen.get(3).value).as("events before the end").isEqualTo(3);
        assertThat(seen.get(3).lost).isEqualTo(2);
        assertThat(tap.failure()).get().hasToString("java.lang.IllegalStateException: full");
    }

    private static final class HandClock implements Timeline {
        private long now;

        @Override
        public long nowNs() {
            return now;
        }

        @Override
        public void after(long delayNs, Runnable work) {
            throw new UnsupportedOperationException("a tap schedules nothing");
        }
    }
}
