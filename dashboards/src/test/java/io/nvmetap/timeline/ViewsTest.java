package io.nvmetap.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.testkit.BigTrace;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is read out of an index: events, a command, a moment, latencies. */
class ViewsTest {
    @TempDir private Path folder;

    @Test
    void shouldReadTheSameEventsFromTheMiddleAsFromTheBegin() throws IOException {
        Path file = folder.resolve("big.avro");
        BigTrace.write(file, 30_000, 5, "m");
        CaptureIndex index = CaptureIndex.of(file);
        assertThat(index.blocks()).hasSizeGreaterThan(3);
        List<Long> all = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(file)) {
            while (reader.next(e)) {
                all.add(e.timeNs);
            }
        }
        EventSlice slice = new EventSlice(file, index);
        List<Long> some = new ArrayList<>();
        slice.read(20_000, 20_400, (ordinal, x) -> some.add(x.timeNs));
        assertThat(some).isEqualTo(all.subList(20_000, 20_401));
        assertThat(slice.before(20_000)).isBetween(1, 20_000);
        List<Long> last = new ArrayList<>();
        slice.read(all.size() - 2, Integer.MAX_VALUE, (ordinal, x) -> last.add(x.timeNs));
        assertThat(last).isEqualTo(all.subList(all.size() - 2, all.size()));
    }

    @Test
    void shouldTellBothSidesOfACommand() throws IOException {
        Path file = SmallTrace.mediated().whole(7, 1_000).write(folder.resolve("t.avro"));
        CommandDetail d = CommandDetail.read(file, CaptureIndex.of(file), 0);
        assertThat(d.entries())
                .extracting(CommandDetail.Entry::kind)
                .containsExactly(
                        EventKind.COMMAND_FETCHED,
                        EventKind.COMMAND_EMITTED,
                        EventKind.COMPLETION_SEEN,
                        EventKind.COMPLETION_COPIED);
        EntryField cid = EntryField.SQE.get(2);
        assertThat(cid.text(d.entries().get(0).bytes(), -1)).isEqualTo("0x0007");
        assertThat(cid.text(d.entries().get(1).bytes(), -1)).isEqualTo("0x006b");
        assertThat(cid.text(d.entries().get(1).bytes(), ~4L)).isEqualTo("?");
        assertThat(d.events()).hasSize(4);
        assertThat(d.more()).isFalse();
    }

    @Test
    void shouldTellQueuesCommandsAndMasksOfAMoment() throws IOException {
        CaptureIndex index =
                SmallTrace.mediated()
                        .mask(10, true, 3)
                        .mask(20, true, 4)
                        .mask(30, false, 3)
                        .whole(1, 1_000)
                        .ring(3_000)
                        .fetch(3_100, 2)
                        .whole(3, 4_000)
                        .index(folder);
        MomentState s = MomentState.of(index, 0, 12);
        assertThat(s.maskedVectors()).containsExactly(4);
        assertThat(s.inFlight()).containsExactly(1);
        assertThat(s.inFlightCount()).isEqualTo(1);
        assertThat(s.queues())
                .filteredOn(q -> !q.life().completion())
                .singleElement()
                .satisfies(
                        q -> {
                            assertThat(q.life().side()).isEqualTo(Side.GUEST);
                            assertThat(q.doorbell()).isEqualTo(2);
                            assertThat(q.inFlight()).isEqualTo(1);
                        });
        assertThat(MomentState.of(index, 0, 3).inFlightCount()).isZero();
        assertThat(MomentState.of(index, 0, 1).maskedVectors()).containsExactly(3);
    }

    @Test
    void shouldNameOnlySoManyCommandsOfAMoment() throws IOException {
        SmallTrace trace = SmallTrace.mediated();
        for (int id = 0; id < MomentState.COMMANDS_MAX + 5; id++) {
            trace.fetch(100 + id, id);
        }
        MomentState s = MomentState.of(trace.index(folder), 0, Integer.MAX_VALUE - 1);
        assertThat(s.inFlight()).hasSize(MomentState.COMMANDS_MAX);
        assertThat(s.inFlightCount()).isEqualTo(MomentState.COMMANDS_MAX + 5);
    }

    @Test
    void shouldSplitLatencyByParty() throws IOException {
        CaptureIndex index = SmallTrace.mediated().whole(7, 1_000).index(folder);
        Latencies l = Latencies.of(index, new Latencies.Filter(0, -1, -1));
        assertThat(l.commands()).isEqualTo(1);
        Latencies.Row row = l.rows().get(0);
        assertThat(row.sqid()).isEqualTo(1);
        assertThat(row.whole().max()).isBetween(500L, 503L);
        assertThat(row.parties().get(Party.CONTROLLER).max()).isBetween(200L, 202L);
        assertThat(row.parties().get(Party.MEDIATOR).max()).isBetween(300L, 302L);
        assertThat(row.parties().get(Party.GUEST).max()).isBetween(100L, 101L);
    }

    @Test
    void shouldCountEachCommandOnceInTheHeatMap() throws IOException {
        Path file = folder.resolve("big.avro");
        BigTrace.write(file, 20_000, 9, "m");
        CaptureIndex index = CaptureIndex.of(file);
        Latencies l = Latencies.of(index, new Latencies.Filter(0, -1, -1));
        int sum = Arrays.stream(l.heat()).flatMapToInt(Arrays::stream).sum();
        assertThat(sum).isEqualTo(l.commands()).isEqualTo(index.commands().size());
        Latencies one = Latencies.of(index, new Latencies.Filter(0, 2, -1));
        assertThat(one.rows()).isNotEmpty().allMatch(r -> r.sqid() == 2);
        assertThat(one.commands()).isLessThan(l.commands());
        assertThat(Latencies.of(index, new Latencies.Filter(5, -1, -1)).commands()).isZero();
    }

    @Test
    void shouldKeepEveryDurationInARow() {
        assertThat(Latencies.heatRow(0)).isZero();
        assertThat(Latencies.heatRow(256)).isZero();
        assertThat(Latencies.heatRow(512)).isEqualTo(2);
        assertThat(Latencies.heatRow(Long.MAX_VALUE)).isEqualTo(Latencies.HEAT_ROWS - 1);
    }
}
