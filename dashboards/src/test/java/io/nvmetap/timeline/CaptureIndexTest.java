package io.nvmetap.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.Side;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CaptureIndexTest {
    private static final Path BOOTS = Path.of("../capture-agent/src/test/recordings/boots");

    @TempDir private Path folder;

    private static long[] times(CommandTable t, int c) {
        return Arrays.stream(Moment.values()).mapToLong(m -> t.at(c, m)).toArray();
    }

    @Test
    void shouldFollowACommandFromDoorbellToAcknowledgement() throws IOException {
        CaptureIndex index = SmallTrace.mediated().whole(7, 1_000).index(folder);
        CommandTable t = index.commands();
        assertThat(t.size()).isEqualTo(1);
        assertThat(times(t, 0)).containsExactly(1100, 1200, 1300, 1500, 1600, 1700, 1750);
        assertThat(t.cid(0)).isEqualTo(7);
        assertThat(t.flags(0)).isZero();
        assertThat(index.command(7)).isZero();
        assertThat(index.command(8)).isEqualTo(-1);
    }

    @Test
    void shouldGiveEachSideOfAQueueALane() throws IOException {
        CaptureIndex index = SmallTrace.mediated().whole(7, 1_000).index(folder);
        assertThat(index.lanes())
                .extracting(Lane::kind, Lane::side, Lane::qid, Lane::commandCount)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(LaneKind.QUEUE, Side.GUEST, 1, 1),
                        org.assertj.core.groups.Tuple.tuple(LaneKind.QUEUE, Side.DEVICE, 1, 1));
    }

    @Test
    void shouldKeepCommandsThatOverlapInRowsOfTheirOwn() throws IOException {
        SmallTrace trace = SmallTrace.mediated();
        for (int id = 0; id < 3; id++) {
            trace.ring(100 + id).fetch(200 + id, id);
        }
        CaptureIndex index = trace.index(folder);
        assertThat(index.lanes().get(0).rows()).isEqualTo(3);
        assertThat(index.commands().row(0, true)).isZero();
        assertThat(index.commands().row(2, true)).isEqualTo(2);
    }

    @Test
    void shouldSayWhichCommandsNeverEndedAndWhichAResetEnded() throws IOException {
        CaptureIndex index =
                SmallTrace.mediated()
                        .ring(100)
                        .fetch(200, 1)
                        .reset(900, 1_000)
                        .ring(2_000)
                        .fetch(2_100, 2)
                        .mask(5_000, true, 1)
                        .index(folder);
        CommandTable t = index.commands();
        assertThat(t.flags(0)).isEqualTo(CommandTable.CUT);
        assertThat(t.cutNs(0)).isEqualTo(1_000);
        assertThat(t.flags(1)).isEqualTo(CommandTable.OPEN);
        assertThat(t.cutNs(1)).isEqualTo(5_000);
        assertThat(index.resets()).singleElement().extracting(ResetSpan::toNs).isEqualTo(1_000L);
    }

    @Test
    void shouldTellAFailedCommand() throws IOException {
        CaptureIndex index =
                SmallTrace.mediated().ring(100).fetch(200, 1).copied(300, 1, 0x4002).index(folder);
        assertThat(index.commands().flags(0)).isEqualTo(CommandTable.FAILED);
        assertThat(index.commands().status(0)).isEqualTo(0x4002);
    }

    @Test
    void shouldCountWhatWasLost() throws IOException {
        CaptureIndex index =
                SmallTrace.mediated().whole(1, 0).lose(5).whole(2, 1_000).index(folder);
        assertThat(index.span().lost()).isEqualTo(5);
    }

    @Test
    void shouldStopAtItsBoundAndSaySo() throws IOException {
        Path file = SmallTrace.mediated().whole(1, 0).whole(2, 1_000).write(folder.resolve("t"));
        CaptureIndex index = CaptureIndex.of(file, 8);
        assertThat(index.span().events()).isEqualTo(8);
        assertThat(index.limits().trimmed()).isTrue();
        assertThat(CaptureIndex.of(file, 15).limits().trimmed()).isFalse();
    }

    @Test
    void shouldShowTheFirstOfSeveralSessions() throws IOException {
        CaptureIndex index =
                SmallTrace.mediated().whole(1, 0).otherSession().whole(2, 0).index(folder);
        assertThat(index.limits().otherSessions()).isTrue();
        assertThat(index.commands().size()).isEqualTo(1);
    }

    @Test
    void shouldRefuseLanesBeyondItsBound() throws IOException {
        SmallTrace trace = SmallTrace.mediated();
        for (int q = 0; q < LaneTable.LANES_MAX + 10; q++) {
            trace.add(
                    q,
                    new io.nvmetap.event.CapturedEvent()
                            .asDoorbell(Side.GUEST, io.nvmetap.event.DoorbellKind.SQ_TAIL, q, 1));
        }
        CaptureIndex index = trace.index(folder);
        assertThat(index.lanes()).hasSize(LaneTable.LANES_MAX);
        assertThat(index.refused()).isEqualTo(10);
    }

    @Test
    void shouldHoldTheMomentsOfARealBootInTheirOrder() throws IOException {
        CaptureIndex index = CaptureIndex.of(BOOTS.resolve("chain.avro"));
        CommandTable t = index.commands();
        assertThat(t.size()).isGreaterThan(700);
        int acknowledged = 0;
        for (int c = 0; c < t.size(); c++) {
            long last = 0;
            for (Moment m : Moment.values()) {
                long at = t.at(c, m);
                if (at >= 0 && m != Moment.DEVICE_ACKNOWLEDGED) {
                    assertThat(at).as(t.id(c) + " " + m).isGreaterThanOrEqualTo(last);
                    last = at;
                }
            }
            acknowledged += t.at(c, Moment.ACKNOWLEDGED) >= 0 ? 1 : 0;
        }
        assertThat(acknowledged).isGreaterThan(690);
        assertThat(index.queues()).anyMatch(q -> q.qid() == 2 && q.side() == Side.GUEST);
    }

    @Test
    void shouldForgetTheOldestOfAFullFifo() {
        LongFifo fifo = new LongFifo();
        for (int i = 0; i < LongFifo.ENTRIES_MAX + 3; i++) {
            fifo.add(i);
        }
        assertThat(fifo.size()).isEqualTo(LongFifo.ENTRIES_MAX);
        assertThat(fifo.poll(-1)).isEqualTo(3);
    }
}
