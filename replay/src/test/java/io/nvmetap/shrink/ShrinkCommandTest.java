package io.nvmetap.shrink;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.trace.TraceReader;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShrinkCommandTest {
    @TempDir private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private Path recording(GuestKind guest, int operations) throws IOException {
        Path file = folder.resolve("whole.avro");
        SimulationSpec spec =
                SimulationSpec.of(guest, 7, operations)
                        .withProfile(ControllerProfile.byName("samsung"));
        try (TraceWriter writer = TraceWriter.open(file)) {
            Simulation.run(spec, e -> append(writer, e));
        }
        return file;
    }

    private int shrink(Path whole, String fault, Path small) {
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        String[] args = {
            whole.toString(), "--driver", "reference:fault=" + fault, "--out", small.toString()
        };
        return CommandRunner.run(new ShrinkCommand(said), args, errors);
    }

    private static List<CapturedEvent> read(Path trace) throws IOException {
        List<CapturedEvent> events = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                events.add(e.copy());
            }
        }
        return events;
    }

    @Test
    void shouldMakeTwentyEventsOfAHangAmongTenThousand() throws IOException {
        Path whole = recording(GuestKind.LINUX, 1800);
        Path small = folder.resolve("small.avro");
        assertThat(read(whole).size()).isGreaterThan(10_000);
        assertThat(shrink(whole, "lost-deferred-doorbell,from=1", small)).isEqualTo(ExitStatus.OK);
        assertThat(read(small)).hasSizeLessThanOrEqualTo(20);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("still     at event", "no completion within 10.0 s");
    }

    @Test
    void shouldLeaveWhatAGoodDriverBears() throws IOException {
        Path whole = recording(GuestKind.LINUX, 20);
        Path small = folder.resolve("small.avro");
        assertThat(shrink(whole, "lost-deferred-doorbell", small)).isEqualTo(ExitStatus.OK);
        assertThat(shrink(small, "unmask-without-recheck", folder.resolve("none.avro")))
                .as("a driver that does not hang has nothing to shrink")
                .isEqualTo(ExitStatus.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "cqe-sqid-sqhd-not-translated, SQHD",
        "number-of-queues-never-set, Invalid Queue Identifier",
        "torn-cqe-copyback, torn completion"
    })
    void shouldKeepWhatTheDriverDoesWrong(String fault, String sentence) throws IOException {
        Path whole = recording(GuestKind.EDK2, 20);
        Path small = folder.resolve("small.avro");
        assertThat(shrink(whole, fault, small)).isEqualTo(ExitStatus.OK);
        List<CapturedEvent> events = read(small);
        assertThat(events.size()).isLessThan(read(whole).size() / 2);
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).seq).isEqualTo(i);
        }
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("still").contains(sentence);
        Path again = folder.resolve("again.avro");
        assertThat(shrink(small, fault, again)).isEqualTo(ExitStatus.OK);
        assertThat(read(again)).hasSameSizeAs(events);
    }

    @Test
    void shouldSayThatThereIsNothingToShrink() throws IOException {
        Path whole = recording(GuestKind.UBOOT, 5);
        assertThat(shrink(whole, "unmask-without-recheck", folder.resolve("small.avro")))
                .isEqualTo(ExitStatus.UNKNOWN);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("nothing to shrink");
        assertThat(folder.resolve("small.avro")).doesNotExist();
    }

    @Test
    void shouldSayThatOneFileHoldsOneReproducer() {
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        String[] args = {
            "f.avro",
            "--driver",
            "reference",
            "--out",
            "s.avro",
            "--export",
            "qtest,c",
            "--export-out",
            "r"
        };
        assertThat(CommandRunner.run(new ShrinkCommand(errors), args, errors))
                .isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("is for one --export");
    }

    @Test
    void shouldExportWhatAGoodDriverBears() throws IOException {
        Path whole = recording(GuestKind.EDK2, 20);
        Path small = folder.resolve("small.avro");
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        Path script = folder.resolve("r.qtest");
        String fault = "reference:fault=cqe-sqid-sqhd-not-translated";
        String[] args = {
            whole.toString(),
            "--driver",
            fault,
            "--out",
            small.toString(),
            "--export",
            "qtest",
            "--export-out",
            script.toString()
        };
        assertThat(CommandRunner.run(new ShrinkCommand(said), args, said)).isZero();
        assertThat(script)
                .content()
                .contains("# " + fault + " diverges here", "# wait: CQ 0 slot 0");
        assertThat(shrink(small, "unmask-without-recheck", folder.resolve("none.avro")))
                .as("a driver without that fault does not diverge")
                .isEqualTo(ExitStatus.UNKNOWN);
    }

    @Test
    void shouldSayWhichDriverItDoesNotKnow() throws IOException {
        Path whole = recording(GuestKind.UBOOT, 5);
        assertThat(shrink(whole, "nothing", folder.resolve("small.avro")))
                .isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("unknown fault 'nothing'");
    }
}
