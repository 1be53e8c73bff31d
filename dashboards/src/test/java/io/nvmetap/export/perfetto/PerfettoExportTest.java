package io.nvmetap.export.perfetto;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.export.perfetto.CommandDrawer.Limits;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.VendorCatalog;
import io.nvmetap.testkit.RandomTape;
import io.nvmetap.testkit.Tape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PerfettoExportTest {
    private static final String GUEST = "SQ 1 guest side";
    private static final String DEVICE = "SQ 1 device side";

    private List<String> said;

    @Test
    void shouldDrawACommandWithItsHopsOnBothSides() throws IOException {
        DrawnTrace t = draw(Tape.started("m").wholeRead(0, 7));
        assertThat(t.drawn(GUEST))
                .containsExactly(
                        "Read 1000-7000",
                        "  guest -> mediator 1000-2000",
                        "  mediator 2000-3000",
                        "  controller 3000-4000",
                        "  mediator completes 4000-5000",
                        "  guest acknowledges 5000-7000");
        assertThat(t.drawn(DEVICE))
                .containsExactly(
                        "Read 3000-8000",
                        "  controller 3000-4000",
                        "  mediator acknowledges 4000-8000");
        assertThat(t.wallClockNs).isEqualTo(Tape.WALL_CLOCK_MS * 1_000_000);
        assertThat(said)
                .containsExactly("2 slices", "0 commands open at the end", "5 marks", "0 lost");
    }

    @Test
    void shouldLeadAFlowFromSubmissionOverCompletionToTheInterrupt() throws IOException {
        DrawnTrace t = draw(Tape.started("m").wholeRead(0, 7).wholeRead(1, 8));
        assertThat(t.flows).hasSize(2);
        assertThat(t.flows.values())
                .allMatch(
                        f ->
                                f.equals(
                                        List.of(
                                                GUEST + " | Read",
                                                DEVICE + " | Read",
                                                DEVICE + " | mediator acknowledges",
                                                GUEST + " | guest acknowledges",
                                                "guest side interrupts |"
                                                        + " InterruptDelivered MSIX 1")));
    }

    @Test
    void shouldTellAVectorsCompletionsFromOthers() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(0, 0, 1, Tape.createCq(1, 1, 1))
                        .emitted(0, 1, 2, Tape.createCq(2, 2, 2))
                        .emitted(1, 0, 3, Tape.read(1, 0))
                        .emitted(2, 0, 4, Tape.read(1, 0))
                        .seen(1, 0, 3, Tape.cqe(1, 1, 0))
                        .seen(2, 0, 4, Tape.cqe(2, 1, 0))
                        .add(raised(2))
                        .add(raised(1))
                        .add(raised(1));
        DrawnTrace t = draw(tape);
        assertThat(t.flows.get(3L)).last().isEqualTo("device side interrupts | " + name(1));
        assertThat(t.flows.get(4L)).last().isEqualTo("device side interrupts | " + name(2));
        assertThat(t.flows.get(1L)).hasSize(1);
    }

    private static CapturedEvent raised(int vector) {
        EventKind kind = EventKind.INTERRUPT_RAISED;
        return new CapturedEvent().asInterrupt(kind, Side.DEVICE, vector, InterruptKind.MSIX, "");
    }

    private static String name(int vector) {
        return "InterruptRaised MSIX " + vector;
    }

    @Test
    void shouldCountTheDepthOfEachQueue() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .emitted(1, 1, 2, Tape.read(2, 0))
                        .seen(1, 0, 2, Tape.cqe(1, 2, 0))
                        .emitted(1, 2, 3, Tape.read(3, 0))
                        .seen(1, 1, 1, Tape.cqe(1, 1, 0));
        assertThat(draw(tape).counters)
                .isEqualTo(Map.of(DEVICE + " depth", List.of(1L, 2L, 1L, 2L, 1L)));
    }

    @Test
    void shouldPutCommandsThatOverlapOnLanesOfTheirOwn() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .emitted(1, 1, 2, Tape.read(2, 0))
                        .seen(1, 0, 1, Tape.cqe(1, 1, 0))
                        .head(Side.DEVICE, 1, 1)
                        .emitted(1, 2, 3, Tape.read(3, 0));
        DrawnTrace t = draw(tape);
        assertThat(t.commands().stream().map(DrawnTrace.Slice::lane).distinct()).hasSize(2);
        assertThat(t.commands().get(2).lane()).isEqualTo(t.commands().get(0).lane());
        assertThat(t.commands()).extracting(DrawnTrace.Slice::end).containsExactly(4000L, -1L, -1L);
        assertThat(said).contains("2 commands open at the end");
    }

    @Test
    void shouldBeginACommandAtTheDoorbellThatCoversItsSlot() throws IOException {
        Tape tape =
                Tape.started("")
                        .tail(Side.DEVICE, 1, 2)
                        .tail(Side.DEVICE, 1, 3)
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .emitted(1, 1, 2, Tape.read(2, 0))
                        .emitted(1, 2, 3, Tape.read(3, 0))
                        .emitted(1, 3, 4, Tape.read(4, 0));
        assertThat(draw(tape).commands())
                .extracting(DrawnTrace.Slice::start)
                .containsExactly(1000L, 1000L, 2000L, 6000L);
    }

    @Test
    void shouldNoteWhatWasSeenOfEntriesAndNothingElse() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 5, Tape.read(0x102, 0x1234))
                        .seen(1, 0, 5, Tape.cqe(1, 0x102, 0x80))
                        .head(Side.DEVICE, 1, 1);
        tape.events().get(1).known = ~(0xFL << 4);
        Map<String, Object> notes = draw(tape).commandNotes.get(0);
        assertThat(notes)
                .containsEntry("opcode", 2L)
                .containsEntry("cid", 0x102L)
                .containsEntry("slba", 0x1234L)
                .containsEntry("blocks", 8L)
                .containsEntry("commandId", 5L)
                .containsEntry("seq", 1L)
                .containsEntry("end", "acknowledged")
                .doesNotContainKey("nsid");
        assertThat((String) notes.get("sqe")).startsWith("02000201--------00000000");
        assertThat((String) notes.get("status")).contains("0:80h");
    }

    @Test
    void shouldEndWhatIsOnItsWayWhenTheControllerIsReset() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .add(written(0))
                        .add(csts(1))
                        .add(csts(0))
                        .emitted(1, 0, 2, Tape.read(1, 0))
                        .add(new CapturedEvent().asReset(Side.DEVICE, ResetKind.CC_EN, Edge.END));
        DrawnTrace t = draw(tape);
        assertThat(t.commands()).extracting(DrawnTrace.Slice::end).containsExactly(4000L, 6000L);
        assertThat(t.commandNotes).allMatch(n -> n.get("end").equals("reset"));
        assertThat(t.counters.get(DEVICE + " depth")).containsExactly(1L, 0L, 1L, 0L);
        assertThat(t.marks).extracting(DrawnTrace.Mark::name).contains("reset CC_EN END");
    }

    private static CapturedEvent written(int cc) {
        return new CapturedEvent()
                .asRegisterWritten(Side.DEVICE, RegisterSpace.BAR0, Registers.CC, 4, cc);
    }

    private static CapturedEvent csts(int value) {
        return new CapturedEvent()
                .asRegisterRead(Side.DEVICE, RegisterSpace.BAR0, Registers.CSTS, 4, value);
    }

    @Test
    void shouldEndWhatIsOnItsWayInADeletedQueue() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .emitted(0, 0, 2, Tape.deleteSq(2, 1))
                        .seen(0, 0, 2, Tape.cqe(0, 2, 0));
        assertThat(draw(tape).commandNotes.get(0)).containsEntry("end", "queue deleted");
    }

    @Test
    void shouldMarkLossesAndCompletionsWithoutACommand() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .lose(4)
                        .seen(1, 0, 99, Tape.cqe(1, 9, 0))
                        .seen(1, 0, -1, Tape.cqe(1, 9, 0));
        DrawnTrace t = draw(tape);
        assertThat(t.marks)
                .extracting(m -> m.track() + " | " + m.name())
                .contains(
                        "session | events lost",
                        "device side controller | completion without a command");
        assertThat(said).contains("2 completions without a command", "4 lost");
    }

    @Test
    void shouldEndACommandWhoseIdentifierComesAgain() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(5, 0))
                        .emitted(1, 1, 2, Tape.read(5, 8))
                        .emitted(1, 2, 2, Tape.read(6, 8))
                        .seen(1, 0, 2, Tape.cqe(1, 6, 0))
                        .seen(1, 1, 2, Tape.cqe(1, 6, 0));
        DrawnTrace t = draw(tape);
        assertThat(t.commandNotes.get(0)).containsEntry("end", "its identifier came again");
        assertThat(t.commandNotes.get(1)).containsEntry("end", "its commandId came again");
        assertThat(said).contains("1 completions without a command");
    }

    @Test
    void shouldEndACommandWhoseCompletionWasOverwrittenUnacknowledged() throws IOException {
        Tape tape =
                Tape.started("")
                        .emitted(1, 0, 1, Tape.read(1, 0))
                        .seen(1, 3, 1, Tape.cqe(1, 1, 0))
                        .emitted(1, 1, 2, Tape.read(2, 0))
                        .seen(1, 3, 2, Tape.cqe(1, 2, 0));
        assertThat(draw(tape).commandNotes.get(0))
                .containsEntry("end", "its slot was written again");
    }

    @Test
    void shouldDrawAWipedEntryAsAMark() throws IOException {
        Tape tape = Tape.started("m").emitted(1, 0, -1, new byte[64]);
        tape.events().get(1).owner = Owner.MEDIATOR;
        DrawnTrace t = draw(tape);
        assertThat(t.slices).isEmpty();
        assertThat(t.marks).extracting(DrawnTrace.Mark::name).contains("entry changed");
    }

    @Test
    void shouldHoldAQueueFullOfCommands() throws IOException {
        Tape tape = Tape.started("");
        int all = 1 << 16;
        for (int i = 0; i < all; i++) {
            tape.emitted(1, i, i, Tape.read(i, i));
        }
        for (int i = 0; i < all; i++) {
            tape.seen(1, i, i, Tape.cqe(1, i, 0));
        }
        tape.head(Side.DEVICE, 1, all - 1).head(Side.DEVICE, 1, 0);
        DrawnTrace t = draw(tape);
        assertThat(t.commands()).hasSize(all).allMatch(s -> s.end() >= 0);
        assertThat(t.commands().stream().map(DrawnTrace.Slice::lane).distinct()).hasSize(all);
        List<Long> depth = t.counters.get(DEVICE + " depth");
        assertThat(depth.get(all - 1)).isEqualTo(all);
        assertThat(depth).last().isEqualTo(0L);
        assertThat(said).contains("0 commands open at the end").noneMatch(s -> s.contains("forg"));
    }

    @Test
    void shouldForgetTheOldestAndSaySoWhenTooManyAreOnTheirWay() throws IOException {
        Tape tape = Tape.started("");
        for (int i = 0; i < 12; i++) {
            tape.emitted(1, i, i, Tape.read(i, i));
        }
        tape.seen(1, 0, 0, Tape.cqe(1, 0, 0));
        DrawnTrace t = draw(tape, List.of(), new Limits(10, 100));
        assertThat(t.commandNotes.get(1))
                .containsEntry("end", "forgotten: too many commands on their way");
        assertThat(said)
                .contains(
                        "10 commands open at the end",
                        "2 forgotten, 0 left out",
                        "1 completions without a command");
    }

    @Test
    void shouldLeaveOutACommandThatFindsNoLane() throws IOException {
        Tape tape = Tape.started("");
        for (int i = 0; i < 4; i++) {
            tape.emitted(1, i, i, Tape.read(i, i));
        }
        tape.seen(1, 0, 0, Tape.cqe(1, 0, 0)).head(Side.DEVICE, 1, 1);
        tape.emitted(1, 4, 4, Tape.read(4, 0));
        DrawnTrace t = draw(tape, List.of(), new Limits(10, 3));
        assertThat(t.commands()).hasSize(4);
        assertThat(said).contains("3 commands open at the end", "0 forgotten, 1 left out");
    }

    @Test
    void shouldNotTrustADoorbellFromBeforeAGap() throws IOException {
        Tape tape =
                Tape.started("").tail(Side.DEVICE, 1, 5).lose(1).emitted(1, 3, 1, Tape.read(1, 0));
        assertThat(draw(tape).commands().get(0).start()).isEqualTo(2000);
    }

    @Test
    void shouldWriteATraceEvenIfThereIsNothingToDraw() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new PerfettoExport(out, VendorCatalog.bundled(), List.of()).end();
        assertThat(DrawnTrace.read(out.toByteArray()).slices).isEmpty();
        assertThat(out.size()).isPositive();
    }

    @Test
    void shouldLeaveOutQueuesAndControllersBeyondTheBound() throws IOException {
        Tape tape = Tape.started("");
        for (int c = 0; c <= Tracks.CONTROLLERS_MAX; c++) {
            tape.controller(c).emitted(1, 0, c, Tape.read(1, 0));
        }
        tape.controller(0);
        int queues = Queues.QUEUES_MAX - Tracks.CONTROLLERS_MAX;
        for (int q = 2; q < queues + 2; q++) {
            tape.emitted(q, 0, 1000 + q, Tape.read(1, 0));
        }
        draw(tape);
        assertThat(said).contains("0 forgotten, 2 left out");
    }

    @Test
    void shouldDrawFindingsOnTop() throws IOException {
        FindingLines.Mark finding =
                new FindingLines.Mark(
                        "rule-x",
                        "ERROR",
                        "CONTROLLER",
                        0,
                        3,
                        5,
                        4200,
                        "It stalls",
                        "because",
                        "clause",
                        "remedy",
                        List.of(3L, 5L));
        DrawnTrace t = draw(Tape.started(""), List.of(finding), Limits.USUAL);
        DrawnTrace.Mark mark = t.marks.get(t.marks.size() - 1);
        assertThat(mark.track()).isEqualTo("findings");
        assertThat(mark.name()).isEqualTo("ERROR It stalls");
        assertThat(mark.time()).isEqualTo(4200);
        assertThat(mark.notes())
                .containsEntry("owner", "CONTROLLER")
                .containsEntry("evidence", "[3, 5]");
    }

    @Test
    void shouldDrawSlicesThatNestWhateverTheEventsSay() throws IOException {
        for (int i = 0; i < 200; i++) {
            long seed = 4711 + i;
            Tape tape = RandomTape.of(seed, 400);
            DrawnTrace t;
            try {
                t = draw(tape, List.of(), new Limits(50, 10_000));
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed, e);
            }
            t.counters.forEach(
                    (track, values) ->
                            assertThat(values).as("seed " + seed).allMatch(v -> v >= 0 && v <= 50));
            long submitted =
                    tape.events().stream()
                            .filter(
                                    e ->
                                            e.kind == EventKind.COMMAND_FETCHED
                                                    || e.kind == EventKind.COMMAND_EMITTED)
                            .filter(e -> !CommandDrawer.isWipe(e))
                            .count();
            assertThat(t.commands()).as("seed " + seed).hasSize((int) submitted);
        }
    }

    @Test
    void shouldDrawSlicesThatNestEvenIfTimeGoesBack() throws IOException {
        Tape tape = Tape.started("m").wholeRead(0, 1).later(-5000).wholeRead(1, 2);
        assertThat(draw(tape).commands()).hasSize(4).allMatch(s -> s.end() >= s.start());
    }

    private DrawnTrace draw(Tape tape) throws IOException {
        return draw(tape, List.of(), Limits.USUAL);
    }

    private DrawnTrace draw(Tape tape, List<FindingLines.Mark> findings, Limits limits)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PerfettoExport export = new PerfettoExport(out, VendorCatalog.bundled(), findings, limits);
        long next = 0;
        for (CapturedEvent e : tape.events()) {
            if (e.seq > next) {
                export.lost(e.seq - next);
            }
            next = e.seq + 1;
            export.event(e);
        }
        said = export.end();
        return DrawnTrace.read(out.toByteArray());
    }
}
