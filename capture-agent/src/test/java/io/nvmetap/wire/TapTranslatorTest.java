package io.nvmetap.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class TapTranslatorTest {
    private final Frames f = new Frames();

    @Test
    void shouldTellAGaplessSessionWhenNothingIsMissing() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(1, 11), Frames.doorbell(2, 12));
        f.feed(Frames.ended(3, 0, "done"));
        assertThat(f.kinds())
                .containsExactly(
                        EventKind.CAPTURE_STARTED,
                        EventKind.DOORBELL_RUNG,
                        EventKind.DOORBELL_RUNG,
                        EventKind.CAPTURE_ENDED);
        assertThat(f.events.stream().map(e -> e.seq)).containsExactly(0L, 1L, 2L, 3L);
        assertThat(f.events.stream().map(e -> e.timeNs)).containsExactly(0L, 1000L, 2000L, 3000L);
        CapturedEvent last = f.events.get(3);
        assertThat(last.value).isEqualTo(3);
        assertThat(last.lost).isZero();
        assertThat(last.label).isEqualTo("done");
        assertThat(f.events.get(0).header.wallClockMs()).isEqualTo(1234);
        assertThat(f.translator.open()).isFalse();
    }

    @Test
    void shouldPutFramesInOrderWhenCpusAreHeardOneAfterTheOther() {
        f.feed(Frames.hello(0, 1));
        f.feed(Frames.doorbell(3, 13), Frames.doorbell(1, 11), Frames.doorbell(4, 14));
        f.feed(Frames.doorbell(2, 12));
        assertThat(f.doorbells()).containsExactly(11L, 12L, 13L, 14L);
        assertThat(f.lost()).isZero();
    }

    @Test
    void shouldCountWhatIsMissingWhereItIsMissing() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(1, 11), Frames.doorbell(5, 15));
        f.translator.end("cut");
        assertThat(f.losses()).containsExactly("3 tap stream");
        assertThat(f.doorbells()).containsExactly(11L, 15L);
        CapturedEvent after = f.events.get(3);
        assertThat(after.value).isEqualTo(15);
        assertThat(after.seq).isEqualTo(1 + 1 + 1 + 3);
    }

    @Test
    void shouldCountWhatTheTapDroppedBeforeTheNextEvent() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(1, 11, 4), Frames.doorbell(2, 12, 4));
        f.feed(Frames.ended(3, 9, ""));
        assertThat(f.losses()).containsExactly("4 tap", "5 tap");
        assertThat(f.events.get(f.events.size() - 1).lost).isEqualTo(9);
    }

    @Test
    void shouldCountDropsWhenTheirCounterWrapsAround() {
        f.feed(Frames.hello(0, 1, -2), Frames.doorbell(1, 11, -2), Frames.doorbell(2, 12, 3));
        assertThat(f.losses().subList(1, 2)).containsExactly("5 tap");
    }

    @Test
    void shouldLeaveOutWhatCameTwiceOrTooLate() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(1, 11), Frames.doorbell(1, 11));
        f.feed(Frames.doorbell(3, 13), Frames.doorbell(3, 13));
        f.feed(Frames.heartbeat(4, 2_000_000_000L), Frames.doorbell(2, 12));
        assertThat(f.doorbells()).containsExactly(11L, 13L);
        assertThat(f.losses()).containsExactly("1 tap stream");
        assertThat(f.translator.late()).isEqualTo(3);
    }

    @Test
    void shouldNotWaitWhenTheTapsTimeHasGoneOn() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(2, 12));
        f.feed(Frames.heartbeat(3, 2000 + OrderWindow.PATIENCE_NS));
        assertThat(f.doorbells()).isEmpty();
        f.feed(Frames.heartbeat(4, 2001 + OrderWindow.PATIENCE_NS));
        assertThat(f.doorbells()).containsExactly(12L);
    }

    @Test
    void shouldGiveUpWhatIsMissingWhenTooManyWait() {
        f.feed(Frames.hello(0, 1));
        for (int i = 0; i < OrderWindow.FRAMES_MAX; i++) {
            f.feed(Frames.doorbell(2 + i, i));
        }
        assertThat(f.doorbells()).isEmpty();
        f.feed(Frames.doorbell(2 + OrderWindow.FRAMES_MAX, 7));
        assertThat(f.doorbells()).hasSize(OrderWindow.FRAMES_MAX + 1);
        assertThat(f.losses()).containsExactly("1 tap stream");
    }

    @Test
    void shouldGiveUpWhatIsMissingWhenTooMuchWaits() {
        f.feed(Frames.hello(0, 1));
        byte[] large = new byte[TapFrame.BODY_BYTES_MAX];
        int fit = OrderWindow.BYTES_MAX / large.length;
        for (int i = 0; i < fit; i++) {
            f.feed(Frames.frame(EventKind.HEARTBEAT, 2 + i, 0, large));
        }
        assertThat(f.events).hasSize(1);
        f.feed(Frames.frame(EventKind.HEARTBEAT, 2 + fit, 0, large));
        assertThat(f.events).hasSize(1 + 1 + fit + 1);
    }

    @Test
    void shouldRefuseATicketThatCannotBe() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(-5, 1));
        f.feed(Frames.doorbell(2 + OrderWindow.AHEAD_MAX, 1), Frames.doorbell(1, 11));
        assertThat(f.translator.malformed()).isEqualTo(2);
        assertThat(f.doorbells()).containsExactly(11L);
        assertThat(f.lost()).isZero();
    }

    @Test
    void shouldCountAFrameThatCannotBeUnderstood() {
        byte[] unknownKind = Frames.doorbell(1, 1);
        unknownKind[9] = 99;
        byte[] otherController = Frames.doorbell(2, 1);
        otherController[11] = 1;
        byte[] tooShort = Frames.frame(EventKind.COMMAND_FETCHED, 3, 0, new byte[20]);
        f.feed(Frames.hello(0, 1), Frames.seal(unknownKind), Frames.seal(otherController));
        f.feed(tooShort, Frames.doorbell(4, 14));
        assertThat(f.losses())
                .containsExactly("1 malformed frame", "1 malformed frame", "1 malformed frame");
        assertThat(f.doorbells()).containsExactly(14L);
    }

    @Test
    void shouldBeginANewSessionWhenTheMediatorBeganAnew() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(1, 11));
        f.feed(Frames.hello(0, 2), Frames.doorbell(1, 21), Frames.ended(2, 0, ""));
        assertThat(f.kinds())
                .containsExactly(
                        EventKind.CAPTURE_STARTED,
                        EventKind.DOORBELL_RUNG,
                        EventKind.CAPTURE_ENDED,
                        EventKind.CAPTURE_STARTED,
                        EventKind.DOORBELL_RUNG,
                        EventKind.CAPTURE_ENDED);
        assertThat(f.events.get(2).label).contains("began anew");
        assertThat(f.translator.sessions()).isEqualTo(2);
    }

    @Test
    void shouldTellNothingAnewWhenTheHeaderIsRepeated() {
        f.feed(Frames.hello(0, 1), Frames.hello(1, 1), Frames.doorbell(2, 12));
        assertThat(f.kinds()).containsExactly(EventKind.CAPTURE_STARTED, EventKind.DOORBELL_RUNG);
        assertThat(f.lost()).isZero();
    }

    @Test
    void shouldSayWhatWasBeforeWhenItListensLate() {
        f.feed(Frames.doorbell(40, 1), Frames.hello(41, 1, 2), Frames.doorbell(42, 2, 2));
        assertThat(f.translator.unheard()).isEqualTo(1);
        assertThat(f.losses()).containsExactly("43 before the agent listened");
        assertThat(f.events.get(2).seq).isEqualTo(1 + 1 + 43);
    }

    @Test
    void shouldSayThatTimeWentOnWhenTheTapIsSilent() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(1, 11));
        long last = f.translator.lastNs();
        f.translator.beat(600_000_000L, last);
        f.translator.beat(700_000_000L, last);
        assertThat(f.events.subList(2, 4)).allMatch(e -> e.kind == EventKind.HEARTBEAT);
        assertThat(f.events.get(3).timeNs).isEqualTo(last + 700_000_000L);
    }

    @Test
    void shouldEndInOrderWhenThePeerVanishes() {
        f.feed(Frames.hello(0, 1), Frames.doorbell(2, 12));
        f.translator.end("gone");
        assertThat(f.kinds())
                .containsExactly(
                        EventKind.CAPTURE_STARTED,
                        EventKind.EVENTS_LOST,
                        EventKind.DOORBELL_RUNG,
                        EventKind.CAPTURE_ENDED);
        assertThat(f.events.get(3).label).isEqualTo("gone");
        f.translator.end("again");
        assertThat(f.events).hasSize(4);
    }

    @Test
    void shouldBoundWhatATapSaysItLost() {
        byte[] body = new byte[10];
        java.util.Arrays.fill(body, 0, 7, (byte) 0xFF);
        body[7] = 0x7F;
        f.feed(Frames.hello(0, 1), Frames.frame(EventKind.EVENTS_LOST, 1, 0, body));
        assertThat(f.lost()).isEqualTo(TapTranslator.LOST_MAX);
        body[7] = (byte) 0xFF;
        f.feed(Frames.frame(EventKind.EVENTS_LOST, 2, 0, body));
        assertThat(f.lost()).isEqualTo(TapTranslator.LOST_MAX);
    }

    @Test
    void shouldTellTimeOfControllersThatAreSilentBesideABusyOne() {
        byte[] hello = Frames.hello(0, 1, 0, 2);
        f.feed(hello, Frames.doorbell(1, 11), Frames.heartbeat(2, 150_000_000L));
        assertThat(f.events.subList(2, 4)).extracting(e -> e.controller).containsExactly(0, 1);
        assertThat(f.events.subList(2, 4)).allMatch(e -> e.kind == EventKind.HEARTBEAT);
    }

    @Test
    void shouldRefuseAHeaderThatCannotBe() {
        for (int[] wrong : new int[][] {{24, 0}, {53, 0}, {53, 65}, {53, 2}, {52, 9}}) {
            Frames fresh = new Frames();
            byte[] hello = Frames.hello(0, 1);
            int at = TapFrame.HEADER_BYTES + wrong[0];
            java.util.Arrays.fill(hello, at, at + (wrong[0] == 24 ? 8 : 1), (byte) wrong[1]);
            fresh.feed(Frames.seal(hello), Frames.doorbell(1, 1));
            assertThat(fresh.events).as("%d at %d", wrong[1], wrong[0]).isEmpty();
            assertThat(fresh.translator.malformed()).isEqualTo(1);
            assertThat(fresh.translator.unheard()).isEqualTo(1);
        }
    }

    @Test
    void shouldRefuseASnapshotOfTooManyQueues() {
        byte[] body = new byte[48 + 36 * 4];
        body[0] = 1;
        ByteBuffer.wrap(body).order(ByteOrder.LITTLE_ENDIAN).putInt(4, TapHello.QUEUES_MAX + 1);
        f.feed(Frames.hello(0, 1), Frames.frame(EventKind.STATE_SNAPSHOT, 1, 0, body));
        assertThat(f.losses()).containsExactly("1 malformed frame");
    }

    @Test
    void shouldNotGoBackInTimeWhenClocksOfCpusDiffer() {
        byte[] earlier = Frames.doorbell(2, 12);
        ByteBuffer.wrap(earlier).order(ByteOrder.LITTLE_ENDIAN).putLong(32, 500);
        f.feed(Frames.hello(0, 1), Frames.doorbell(1, 11), Frames.seal(earlier));
        assertThat(f.events.get(2).timeNs).isEqualTo(1000);
    }

    @Test
    void shouldComputeTimesOfAFastClockWithoutOverflow() {
        TapHello fast =
                new TapHello(
                        0,
                        0,
                        9_000_000_000L,
                        5,
                        f.events.isEmpty() ? io.nvmetap.event.CaptureStarted.unknown() : null);
        assertThat(fast.timeNs(5 + 9_000_000_000L)).isEqualTo(1_000_000_000L);
        assertThat(fast.timeNs(Long.MAX_VALUE)).isEqualTo(1_024_819_115_206_086_200L);
        assertThat(fast.timeNs(1)).isZero();
    }
}
