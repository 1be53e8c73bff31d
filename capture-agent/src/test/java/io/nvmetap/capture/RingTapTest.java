package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Transfer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RingTapTest {
    private final byte[] entry = new byte[64];

    private static Agent agent(EventRing ring, EventSink sink) throws IOException {
        Agent agent =
                new Agent(
                        ring,
                        new Session(1, 2, CaptureStarted.unknown()),
                        c -> LiveState.UNKNOWN,
                        sink);
        agent.begin();
        return agent;
    }

    private void oneCommand(Tap tap, int i) {
        tap.emit(tap.event().asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, 1, i), 0);
        CapturedEvent e = tap.event().asCommand(EventKind.COMMAND_FETCHED, 1, i & 31, entry, 0, 64);
        tap.emit(e.page(0x1000L * i, 4096).page(0x2000L * i, 4096).owned(Owner.GUEST, i), 0);
        tap.emit(tap.event().asRegisterRead(Side.GUEST, RegisterSpace.BAR0, 0x1c, 4, 1), 0);
        e = tap.event().asCompletion(EventKind.COMPLETION_COPIED, 1, i & 31, entry, 0);
        tap.emit(e.owned(Owner.GUEST, i), 0);
        e =
                tap.event()
                        .asInterrupt(
                                EventKind.INTERRUPT_DELIVERED,
                                Side.GUEST,
                                1,
                                InterruptKind.MSIX,
                                "");
        tap.emit(e, 0);
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    /** A ring that takes everything first, then one that is full: neither path allocates. */
    @Test
    void shouldAllocateNothingPerEvent() throws IOException {
        EventRing ring = new EventRing(1 << 23, System::nanoTime);
        Tap tap = new RingTap(ring, 0);
        Agent agent = agent(ring, new KeptSink());
        for (int i = 0; i < 200; i++) {
            oneCommand(tap, i);
        }
        int rounds = 5_000;
        allocated();
        long before = allocated();
        for (int i = 0; i < rounds; i++) {
            oneCommand(tap, i);
        }
        long whileRoom = allocated() - before;
        assertThat(ring.lost()).isZero();
        while (ring.lost() == 0) {
            oneCommand(tap, 1);
        }
        before = allocated();
        for (int i = 0; i < rounds; i++) {
            oneCommand(tap, i);
        }
        long whileFull = allocated() - before;
        assertThat(whileRoom / (5 * rounds)).as("%d bytes in all", whileRoom).isZero();
        assertThat(whileFull / (5 * rounds)).as("%d bytes in all", whileFull).isZero();
        assertThat(agent.failure()).isEmpty();
    }

    private static CapturedEvent eventOfAnotherThread(Tap tap) throws Exception {
        return CompletableFuture.supplyAsync(
                        () -> {
                            CapturedEvent e = tap.event().asFence(2);
                            assertThat(tap.event()).isSameAs(e);
                            tap.emit(e, 0);
                            return e;
                        },
                        run -> new Thread(run).start())
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void shouldGiveEachThreadAnEventOfItsOwnWhicheverCameFirst() throws Exception {
        EventRing ring = new EventRing(1 << 14, () -> 0);
        RingTap tap = new RingTap(ring, 0);
        KeptSink sink = new KeptSink();
        Agent agent = agent(ring, sink);
        CapturedEvent first = eventOfAnotherThread(tap);
        CapturedEvent mine = tap.event().asFence(1);
        CapturedEvent third = eventOfAnotherThread(tap);
        tap.emit(mine, 0);
        agent.close();
        assertThat(List.of(first, mine, third)).doesNotHaveDuplicates();
        assertThat(sink.events.stream().filter(e -> e.kind == EventKind.STORE_FENCE))
                .extracting(e -> e.qid)
                .containsExactly(2, 2, 1);
    }

    @Test
    void shouldCountWhatDoesNotFitAndGoOn() throws IOException {
        EventRing ring = new EventRing(1 << 14, () -> 0);
        RingTap tap = new RingTap(ring, 0);
        KeptSink sink = new KeptSink();
        Agent agent = agent(ring, sink);
        byte[] big = new byte[ring.eventBytesMax()];
        tap.emit(tap.event().asPayload(Side.GUEST, Transfer.TO_DEVICE, 1, 1, 1, big), 0);
        byte[] over = new byte[CapturedEvent.CONTENT_BYTES_MAX + 1];
        tap.emit(tap.event().asPayload(Side.GUEST, Transfer.TO_DEVICE, 1, 1, 1, over), 0);
        String text = "x".repeat(EventCodec.STRING_BYTES_MAX);
        tap.emit(tap.event().asAnnotation("a", text), 0);
        tap.emit(tap.event().asPayload(Side.GUEST, Transfer.TO_DEVICE, 1, 1, 1, null), 0);
        CapturedEvent e = tap.event().asCommand(EventKind.COMMAND_FETCHED, 1, 0, entry, 0, 64);
        for (int i = 0; i < CapturedEvent.PAGES_MAX; i++) {
            e.page(i, 4096);
        }
        tap.emit(e, 0);
        e = tap.event().asCommand(EventKind.COMMAND_FETCHED, 1, 0, entry, 0, 64);
        e.entryBytes = CapturedEvent.ENTRY_BYTES_MAX + 1;
        tap.emit(e, 0);
        assertThat(ring.lost()).isEqualTo(6);
        tap.emit(tap.event().asFence(1), 0);
        agent.close();
        assertThat(sink.kinds())
                .containsExactly(
                        EventKind.CAPTURE_STARTED,
                        EventKind.EVENTS_LOST,
                        EventKind.STORE_FENCE,
                        EventKind.CAPTURE_ENDED);
        sink.assertSequence();
    }

    @Test
    void shouldCarryTheLargestPayloadInTheDefaultRing() throws IOException {
        EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_DEFAULT, () -> 0);
        RingTap tap = new RingTap(ring, 0);
        KeptSink sink = new KeptSink();
        Agent agent = agent(ring, sink);
        byte[] most = new byte[CapturedEvent.CONTENT_BYTES_MAX];
        tap.emit(tap.event().asPayload(Side.GUEST, Transfer.TO_DEVICE, 1, 1, 1, most), 0);
        agent.close();
        assertThat(sink.events.get(1).content).hasSize(most.length);
    }

    @Test
    void shouldLoseWhatComesUntilTheReaderOfAFullRingMovesOn() throws IOException {
        EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_MIN, () -> 0);
        RingTap tap = new RingTap(ring, 0);
        KeptSink sink = new KeptSink();
        Agent agent = agent(ring, sink);
        while (ring.lost() == 0) {
            tap.emit(tap.event().asFence(1), 0);
        }
        assertThat(ring.isFull()).isTrue();
        for (int i = 0; i < 10; i++) {
            tap.emit(tap.event().asFence(1), 0);
        }
        assertThat(ring.lost()).isEqualTo(11);
        assertThat(agent.drain()).isPositive();
        assertThat(ring.isFull()).isFalse();
        tap.emit(tap.event().asFence(1), 0);
        agent.close();
        assertThat(ring.lost()).isEqualTo(11);
        assertThat(sink.kinds().stream().filter(k -> k == EventKind.EVENTS_LOST)).hasSize(1);
        sink.assertSequence();
    }

    @Test
    void shouldRefuseRingsOfOddSizes() {
        for (int bytes : new int[] {0, 5_000, 1 << 11, 1 << 29}) {
            assertThatThrownBy(() -> new EventRing(bytes, () -> 0))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(EventRing.CAPACITY_BYTES_MAX).isEqualTo(1 << 28);
    }
}
