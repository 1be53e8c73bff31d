package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import io.nvmetap.trace.EventSerde;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

class AgentTest {
    private static final long MS = 1_000_000;

    private long now = 1_000;
    private final KeptSink sink = new KeptSink();
    private IntFunction<LiveState> states = c -> LiveState.UNKNOWN;
    private EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_MIN, () -> now);
    private RingTap tap = new RingTap(ring, 0);

    private Agent agent(int controllers) {
        return new Agent(ring, session(controllers), c -> states.apply(c), sink);
    }

    private static Session session(int controllers) {
        CaptureStarted header =
                new CaptureStarted(
                        0,
                        1,
                        "",
                        "",
                        "",
                        "m",
                        "1",
                        "b",
                        "mediator",
                        Set.of(),
                        "",
                        Collections.nCopies(controllers, ControllerInfo.unknown()),
                        PayloadPolicy.ADMIN);
        return new Session(0x1122, 0x3344, header);
    }

    private static void ring(Tap tap, int tail) {
        tap.emit(tap.event().asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, tail), 2);
    }

    @Test
    void shouldGiveSessionSequenceTimeAndControllerInOrder() throws IOException {
        Agent agent = agent(2);
        agent.begin();
        RingTap second = new RingTap(ring, 1);
        now += 10;
        ring(tap, 5);
        now += 10;
        ring(second, 6);
        agent.close();
        assertThat(sink.kinds())
                .containsExactly(
                        EventKind.CAPTURE_STARTED,
                        EventKind.DOORBELL_RUNG,
                        EventKind.DOORBELL_RUNG,
                        EventKind.CAPTURE_ENDED);
        sink.assertSequence();
        assertThat(sink.events).allMatch(e -> e.sessionHigh == 0x1122 && e.sessionLow == 0x3344);
        CapturedEvent last = sink.events.get(2);
        assertThat(List.of(last.timeNs, (long) last.controller, last.value, (long) last.cpu))
                .containsExactly(20L, 1L, 6L, 2L);
        assertThat(sink.keys.get(2)).isEqualTo(EventSerde.key(last));
        assertThat(sink.events.get(3).value).isEqualTo(3);
        assertThat(sink.closed).isTrue();
    }

    @Test
    void shouldWriteByteForByteWhatTheCodecWrites() throws IOException {
        ring = new EventRing(1 << 16, () -> now);
        tap = new RingTap(ring, 3);
        byte[][] got = new byte[1][];
        KeptSink bytes = sink;
        EventSink keep =
                new EventSink() {
                    @Override
                    public void accept(byte[] body, int count, byte[] key) throws IOException {
                        bytes.accept(body, count, key);
                        got[0] = java.util.Arrays.copyOf(body, count);
                    }

                    @Override
                    public void flush() {
                        // Nothing to do.
                    }

                    @Override
                    public long lost() {
                        return 0;
                    }

                    @Override
                    public void close() {
                        // Nothing to do.
                    }
                };
        Agent agent = new Agent(ring, session(4), c -> LiveState.UNKNOWN, keep);
        agent.begin();
        List<CapturedEvent> samples =
                List.of(
                        new CapturedEvent().asFence(9),
                        new CapturedEvent()
                                .asCommand(EventKind.COMMAND_FETCHED, 1, 3, new byte[64], 0, 64)
                                .page(0x1000, 4096)
                                .owned(Owner.GUEST, 77),
                        new CapturedEvent()
                                .asDecision(Side.GUEST, DecisionKind.DEFERRED, "é", 1, 2, "full"),
                        new CapturedEvent()
                                .asPayload(Side.GUEST, Transfer.TO_DEVICE, 1, 2, 9, new byte[4096]),
                        new CapturedEvent().asStateSnapshot(Side.GUEST, LiveState.DISABLED));
        long seq = 1;
        for (CapturedEvent e : samples) {
            now += 12_345;
            tap.emit(e, -1);
            agent.drain();
            e.sessionHigh = 0x1122;
            e.sessionLow = 0x3344;
            e.at(seq++, now - 1_000, -1, 3);
            AvroOut expected = new AvroOut(64);
            EventCodec.encode(e, expected);
            assertThat(got[0])
                    .as("%s", e.kind)
                    .isEqualTo(java.util.Arrays.copyOf(expected.buffer(), expected.position()));
            EventCodec.decode(new AvroIn().wrap(got[0], 0, got[0].length), new CapturedEvent());
        }
    }

    @Test
    void shouldSayHowManyWereLostAndWhere() throws IOException {
        Agent agent = agent(1);
        agent.begin();
        int made = 0;
        for (int burst = 0; burst < 3; burst++) {
            for (int i = 0; i < 500; i++) {
                ring(tap, ++made);
            }
            while (agent.drain() > 0) {
                assertThat(agent.failure()).isEmpty();
            }
        }
        agent.close();
        long kept = sink.count(EventKind.DOORBELL_RUNG);
        assertThat(sink.count(EventKind.EVENTS_LOST)).isEqualTo(3);
        assertThat(kept + sink.reportedLost()).isEqualTo(made);
        sink.assertSequence();
        CapturedEvent end = sink.events.get(sink.events.size() - 1);
        assertThat(end.lost).isEqualTo(sink.reportedLost()).isEqualTo(agent.lost());
        assertThat(end.value + end.lost).isEqualTo(end.seq);
        // Where: the numbers tell which doorbells are missing.
        sink.events.stream()
                .filter(e -> e.kind == EventKind.DOORBELL_RUNG)
                .forEach(e -> assertThat(e.seq - before(e.seq)).isEqualTo(e.value));
    }

    private long before(long seq) {
        return sink.events.stream()
                .filter(e -> e.seq < seq && e.kind == EventKind.EVENTS_LOST)
                .count();
    }

    @Test
    void shouldCountExactlyWhenManyThreadsOverrunTheRing() throws Exception {
        ring = new EventRing(1 << 14, System::nanoTime);
        Agent agent = agent(1);
        agent.start();
        int threads = 3;
        int each = 40_000;
        CountDownLatch go = new CountDownLatch(1);
        Thread[] all = new Thread[threads];
        RingTap shared = new RingTap(ring, 0);
        for (int t = 0; t < threads; t++) {
            all[t] =
                    new Thread(
                            () -> {
                                awaitQuietly(go);
                                for (int i = 1; i <= each; i++) {
                                    ring(shared, i);
                                }
                            });
            all[t].start();
        }
        go.countDown();
        for (Thread t : all) {
            t.join();
        }
        agent.close();
        long kept = sink.count(EventKind.DOORBELL_RUNG);
        assertThat(kept + sink.reportedLost()).isEqualTo((long) threads * each);
        sink.assertSequence();
        long last = 0;
        for (CapturedEvent e : sink.events) {
            assertThat(e.timeNs).isGreaterThanOrEqualTo(last);
            last = e.timeNs;
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void shouldBeatWhenAControllerIsSilent() throws IOException {
        Agent agent = agent(2);
        agent.begin();
        now += 99 * MS;
        agent.drain();
        assertThat(sink.count(EventKind.HEARTBEAT)).isZero();
        ring(tap, 1);
        now += MS;
        agent.drain();
        assertThat(sink.events).filteredOn(e -> e.kind == EventKind.HEARTBEAT).hasSize(1);
        assertThat(sink.events.get(sink.events.size() - 1).controller).isEqualTo(1);
        now += 99 * MS;
        agent.drain();
        assertThat(sink.count(EventKind.HEARTBEAT)).isEqualTo(2);
        agent.close();
    }

    @Test
    void shouldNeverLetTimeGoBackNorFloodWhenTheClockJumps() throws IOException {
        Agent agent = agent(1);
        agent.begin();
        now += 10 * MS;
        ring(tap, 1);
        agent.drain();
        now += 3_600_000 * MS;
        ring(tap, 2);
        agent.drain();
        now -= 1_800_000 * MS;
        ring(tap, 3);
        agent.drain();
        agent.close();
        assertThat(sink.events).extracting(e -> e.timeNs).isSorted();
        assertThat(sink.events).hasSizeLessThan(8);
        assertThat(sink.kinds().stream().filter(k -> k == EventKind.DOORBELL_RUNG)).hasSize(3);
        sink.assertSequence();
    }

    @Test
    void shouldTakeASnapshotEveryFewSecondsUnlessSomebodyEmitsMeanwhile() throws IOException {
        Agent agent = agent(1);
        agent.begin();
        boolean[] busy = {true};
        states =
                c -> {
                    if (busy[0]) {
                        ring(tap, 1);
                    }
                    return LiveState.DISABLED;
                };
        now += Agent.SNAPSHOT_NS;
        agent.drain();
        assertThat(sink.count(EventKind.STATE_SNAPSHOT)).isZero();
        busy[0] = false;
        agent.drain();
        agent.drain();
        assertThat(sink.count(EventKind.STATE_SNAPSHOT)).isEqualTo(1);
        now += Agent.SNAPSHOT_NS;
        states =
                c -> {
                    throw new IllegalStateException("mediator is busy");
                };
        agent.drain();
        agent.close();
        assertThat(sink.count(EventKind.STATE_SNAPSHOT)).isEqualTo(1);
        sink.assertSequence();
    }

    @Test
    void shouldLoseNothingWhenTheSinkFailsForAWhile() throws IOException {
        Agent agent = agent(1);
        agent.begin();
        ring(tap, 1);
        ring(tap, 2);
        sink.failures = Agent.SINK_ATTEMPTS_MAX - 1;
        agent.drain();
        int offers = sink.offers;
        agent.drain();
        assertThat(sink.offers).as("not before the wait is over").isEqualTo(offers);
        for (int i = 0; i < Agent.SINK_ATTEMPTS_MAX; i++) {
            now += Agent.SINK_BACKOFF_NS << Agent.SINK_ATTEMPTS_MAX;
            agent.drain();
        }
        agent.close();
        assertThat(sink.count(EventKind.DOORBELL_RUNG)).isEqualTo(2);
        assertThat(agent.lost()).isZero();
        sink.assertSequence();
    }

    @Test
    void shouldGiveUpADeadSinkAndCountWhatComesAfter() throws IOException {
        Agent agent = agent(1);
        agent.begin();
        ring(tap, 1);
        agent.drain();
        sink.failures = Integer.MAX_VALUE;
        ring(tap, 2);
        for (int i = 0; i < Agent.SINK_ATTEMPTS_MAX; i++) {
            agent.drain();
            now += Agent.SINK_BACKOFF_NS << Agent.SINK_ATTEMPTS_MAX;
        }
        assertThat(agent.failure()).isPresent();
        ring(tap, 3);
        assertThatThrownBy(agent::close)
                .isInstanceOf(IOException.class)
                .hasMessage("the capture ends incomplete: peer is dead");
        assertThat(agent.lost()).isEqualTo(2);
        assertThat(sink.closed).isTrue();
    }

    @Test
    void shouldNotStartOnADeadSink() {
        sink.failures = 1;
        Agent agent = agent(1);
        assertThatThrownBy(agent::begin).hasMessageContaining("peer is dead");
        assertThat(tap.on()).isFalse();
    }

    @Test
    void shouldBeOffBeforeAndAfter() throws IOException {
        Agent agent = agent(1);
        assertThat(tap.on()).isFalse();
        ring(tap, 1);
        agent.begin();
        assertThat(tap.on()).isTrue();
        agent.close();
        agent.close();
        assertThat(tap.on()).isFalse();
        ring(tap, 2);
        assertThat(sink.count(EventKind.DOORBELL_RUNG)).isZero();
        assertThat(ring.lost()).isZero();
    }

    @Test
    void shouldNotWaitForeverForARecordThatIsNeverFinished() throws IOException {
        Agent agent = agent(1);
        agent.begin();
        assertThat(ring.claim(16)).isPositive();
        assertThatThrownBy(agent::close).hasMessageContaining("never finished its record");
    }

    @Test
    void shouldRefuseSessionsWithoutOrWithTooManyControllers() {
        assertThatThrownBy(() -> session(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session(Session.CONTROLLERS_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(session(Session.CONTROLLERS_MAX)).isNotNull();
    }
}
