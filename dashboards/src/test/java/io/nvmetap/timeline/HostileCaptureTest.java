package io.nvmetap.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events in no order and with any value: an index comes out, and every question is answered. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileCaptureTest {
    private static final int EVENTS = 20_000;

    @TempDir private Path folder;

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void shouldAnswerWhateverAFileHolds(long seed) throws IOException {
        Random r = new Random(seed);
        Path file = folder.resolve("hostile.avro");
        try (TraceWriter out = TraceWriter.open(file)) {
            CapturedEvent e = new CapturedEvent();
            for (int i = 0; i < EVENTS; i++) {
                out.append(random(e, r, i));
            }
        }
        CaptureIndex index = CaptureIndex.of(file);
        assertThat(index.span().events()).as("seed " + seed).isEqualTo(EVENTS);
        for (int level = 0; level <= TileRequest.LEVEL_MAX; level += 7) {
            for (long number : new long[] {0, 1, 10}) {
                assertThat(Tile.of(index, new TileRequest(level, number))).isNotEmpty();
            }
        }
        Latencies.of(index, new Latencies.Filter(0, -1, -1));
        for (int at : new int[] {0, EVENTS / 2, EVENTS}) {
            assertThat(MomentState.of(index, 0, at).inFlight())
                    .hasSizeLessThanOrEqualTo(MomentState.COMMANDS_MAX);
        }
        if (index.commands().size() > 0) {
            CommandDetail.read(file, index, index.commands().size() / 2);
        }
    }

    private static CapturedEvent random(CapturedEvent e, Random r, int i) {
        Side side = r.nextBoolean() ? Side.GUEST : Side.DEVICE;
        int qid = r.nextInt(4) == 0 ? r.nextInt(65_536) : r.nextInt(3);
        byte[] entry = new byte[64];
        r.nextBytes(entry);
        entry[0] = (byte) (r.nextBoolean() ? r.nextInt(7) : entry[0]);
        kind(e, r, side, qid, entry);
        e.owned(r.nextInt(5) == 0 ? Owner.MEDIATOR : Owner.GUEST, r.nextInt(500) - 1);
        int controller = r.nextInt(50) == 0 ? r.nextInt() >>> 1 : r.nextInt(2);
        long timeNs = r.nextInt(50) == 0 ? r.nextLong() >>> 1 : i * 1_000L + r.nextInt(5_000);
        return e.at(r.nextInt(100) == 0 ? r.nextLong() >>> 1 : i, timeNs, -1, controller);
    }

    private static void kind(CapturedEvent e, Random r, Side side, int qid, byte[] entry) {
        DoorbellKind bell = r.nextBoolean() ? DoorbellKind.SQ_TAIL : DoorbellKind.CQ_HEAD;
        switch (r.nextInt(10)) {
            case 0 -> e.asDoorbell(side, bell, qid, r.nextInt(70_000));
            case 1 -> e.asShadow(side, ShadowCell.DOORBELL, bell, qid, r.nextInt(70_000));
            case 2 -> e.asCommand(EventKind.COMMAND_FETCHED, qid, 0, entry, 0, 64);
            case 3 -> e.asCommand(EventKind.COMMAND_EMITTED, qid, 0, entry, 0, 64);
            case 4 -> e.asCompletion(EventKind.COMPLETION_SEEN, qid, 0, entry, 0);
            case 5 -> e.asCompletion(EventKind.COMPLETION_COPIED, qid, 0, entry, 0);
            case 6 -> {
                Edge edge = r.nextBoolean() ? Edge.BEGIN : Edge.END;
                e.asReset(side, ResetKind.CC_EN, edge);
            }
            case 7 ->
                    e.asRegisterWritten(
                            side, RegisterSpace.BAR0, 4L * r.nextInt(16), 4, r.nextInt());
            case 8 ->
                    e.asInterrupt(
                            EventKind.INTERRUPT_RAISED, side, r.nextInt(), InterruptKind.MSIX, "");
            default -> e.asDecision(side, DecisionKind.IGNORED, "x", qid, 1, "");
        }
    }
}
