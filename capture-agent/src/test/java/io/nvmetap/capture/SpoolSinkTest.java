package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.capture.SpoolSettings.Drop;
import io.nvmetap.event.AvroIn;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Side;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SpoolSinkTest {
    private static final Duration SHORT = Duration.ofMillis(50);

    private final MemoryStore store = new MemoryStore();
    private final SpoolTally tally = new SpoolTally();

    /** Takes events once it is let; answers at once. */
    private final class Topic implements SpoolTarget {
        private final CountDownLatch there = new CountDownLatch(1);
        private final CountDownLatch enough = new CountDownLatch(1);
        private volatile IOException dead;

        @Override
        public void send(byte[] key, byte[] body, int at, int count, Answer answer)
                throws IOException {
            try {
                there.await();
            } catch (InterruptedException stopped) {
                throw new IOException("interrupted");
            }
            if (dead != null) {
                answer.answer(dead);
                return;
            }
            tally.see(key, body, at, count);
            answer.answer(null);
            if (tally.seen >= 100_000) {
                enough.countDown();
            }
        }

        @Override
        public void close() {
            there.countDown();
        }
    }

    private SpoolSink sink(SpoolTarget topic) throws IOException {
        return new SpoolSink(store, 64L << 20, Drop.OLDEST, topic, SHORT);
    }

    private void make(SpoolSink sink, int events) throws IOException {
        for (int i = 0; i < events; i++) {
            tally.make(i % 2, sink::accept);
        }
    }

    @Test
    void shouldNotWaitForATopicThatTakesNothingAndDeliverAllWhenItDoes() throws Exception {
        Topic topic = new Topic();
        SpoolSink sink = sink(topic);
        make(sink, 200_000);
        assertThat(sink.storedBytes()).isPositive();
        topic.there.countDown();
        assertThat(topic.enough.await(30, TimeUnit.SECONDS)).isTrue();
        sink.close();
        tally.assertExact();
        assertThat(sink.lost()).isZero();
        assertThat(store.files).isEmpty();
        assertThat(store.closed).isTrue();
    }

    @Test
    void shouldKeepForTheNextProcessWhatIsNotDelivered() throws Exception {
        SpoolSink first = sink(new Topic());
        make(first, 1_000);
        assertThatThrownBy(first::close)
                .hasMessage(
                        "1000 events wait in memory; the next agent with the same --spool sends"
                                + " them");
        Topic topic = new Topic();
        topic.there.countDown();
        SpoolSink second = sink(topic);
        make(second, 10);
        second.close();
        tally.assertExact();
        assertThat(tally.seen).isEqualTo(1_010);
    }

    @Test
    void shouldSayWhyTheTopicRefusesAndKeepWhatItHas() throws Exception {
        Topic topic = new Topic();
        topic.dead = new IOException("not authorized");
        topic.there.countDown();
        SpoolSink sink = sink(topic);
        assertThatThrownBy(
                        () -> {
                            while (true) {
                                make(sink, 1);
                            }
                        })
                .hasMessage("not authorized");
        assertThatThrownBy(sink::close).hasMessageContaining("wait in memory (not authorized)");
        assertThat(store.files).isNotEmpty();
    }

    @Test
    void shouldAccountForEveryEventOfAnOverloadedTap() throws Exception {
        // A small ring, a small spool, a topic that sleeps: losses in both.
        EventRing ring = new EventRing(1 << 16, new AtomicLong()::incrementAndGet);
        Topic topic = new Topic();
        Counting arrived = new Counting(topic);
        SpoolSink sink =
                new SpoolSink(
                        store,
                        SpoolSettings.BYTES_MIN,
                        Drop.NEWEST,
                        arrived,
                        Duration.ofSeconds(30));
        Session session = new Session(5, 6, CaptureStarted.unknown());
        Agent agent = new Agent(ring, session, c -> LiveState.UNKNOWN, sink);
        agent.begin();
        RingTap tap = new RingTap(ring, 0);
        int made = 600_000;
        for (int i = 0; i < made; i++) {
            tap.emit(tap.event().asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, i), 0);
            if (i % 5_000 == 0) {
                agent.drain();
            }
        }
        topic.there.countDown();
        agent.close();
        assertThat(ring.lost()).isPositive();
        assertThat(sink.lost()).isPositive();
        assertThat(arrived.events + sink.lost()).isEqualTo(agent.sent());
        assertThat(arrived.next).isEqualTo(agent.sent() + ring.lost()).isGreaterThan(made);
        assertThat(arrived.doorbells).isBetween(1L, made - ring.lost() - sink.lost() + 100);
    }

    /** Adds up what arrives. */
    private static final class Counting implements SpoolTarget {
        private long events;
        private long doorbells;
        private long next;
        private final Topic gate;

        Counting(Topic gate) {
            this.gate = gate;
        }

        @Override
        public void send(byte[] key, byte[] body, int at, int count, Answer answer)
                throws IOException {
            try {
                gate.there.await();
            } catch (InterruptedException stopped) {
                throw new IOException("interrupted");
            }
            CapturedEvent e = new CapturedEvent();
            EventCodec.decode(new AvroIn().wrap(body, at, count), e);
            assertThat(e.seq).isEqualTo(next);
            boolean notice = e.kind == EventKind.EVENTS_LOST;
            boolean ofSpool = notice && e.label.equals("spool");
            next += (ofSpool ? 0 : 1) + (notice ? e.value : 0);
            events += ofSpool ? 0 : 1;
            doorbells += e.kind == EventKind.DOORBELL_RUNG ? 1 : 0;
            answer.answer(null);
        }

        @Override
        public void close() {
            gate.close();
        }
    }
}
