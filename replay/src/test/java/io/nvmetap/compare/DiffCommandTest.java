package io.nvmetap.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiffCommandTest {
    @TempDir private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private Path record(String name, SimulationSpec spec) throws IOException {
        Path file = folder.resolve(name);
        try (TraceWriter writer = TraceWriter.open(file)) {
            Simulation.run(spec, e -> append(writer, e));
        }
        return file;
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private int diff(Path a, Path b, String... more) {
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        String[] args = new String[2 + more.length];
        args[0] = a.toString();
        args[1] = b.toString();
        System.arraycopy(more, 0, args, 2, more.length);
        return CommandRunner.run(new DiffCommand(said, errors), args, errors);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private static SimulationSpec uboot() {
        return SimulationSpec.of(GuestKind.UBOOT, 7, 20);
    }

    @Test
    void shouldSeeNoDifferenceWhereOnlyIdentifiersAndTimesDiffer() throws IOException {
        Path a = record("a.avro", uboot());
        Path b =
                record(
                        "b.avro",
                        uboot().withDriver(DriverSpec.parse("reference:fault=torn-cqe-copyback")));
        assertThat(diff(a, b)).isEqualTo(ExitStatus.OK);
        assertThat(said()).startsWith("diff      no difference in meaning");
    }

    @Test
    void shouldNameTheFirstCommandThatIsAnother() throws IOException {
        Path a = record("a.avro", uboot());
        Path b = record("b.avro", uboot().withSeed(8));
        assertThat(diff(a, b)).isEqualTo(ExitStatus.FOUND);
        assertThat(said())
                .contains("diff      submission queue 1 of enable 1, number 1\n")
                .containsPattern(
                        "  A       event \\d+: Write nsid=1 slba=0x[0-9a-f]+ blocks=\\d+\n")
                .containsPattern(
                        "  B       event \\d+: Write nsid=1 slba=0x[0-9a-f]+ blocks=\\d+\n");
    }

    @Test
    void shouldNameAnAnswerThatIsAnother() throws IOException {
        Path a = record("a.avro", SimulationSpec.of(GuestKind.EDK2, 7, 5));
        Path b =
                record(
                        "b.avro",
                        SimulationSpec.of(GuestKind.EDK2, 7, 5)
                                .withDriver(
                                        DriverSpec.parse(
                                                "reference:fault=number-of-queues-never-set")));
        assertThat(diff(a, b)).isEqualTo(ExitStatus.FOUND);
        assertThat(said()).contains("Create I/O").contains("Invalid Queue Identifier");
    }

    @Test
    void shouldSayItInJsonForScripts() throws IOException {
        Path a = record("a.avro", uboot());
        Path b = record("b.avro", uboot().withSeed(8));
        assertThat(diff(a, b, "--format", "json")).isEqualTo(ExitStatus.FOUND);
        assertThat(said().lines().toList())
                .allMatch(l -> l.startsWith("{\"stream\":") || l.startsWith("{\"summary\":"))
                .last()
                .asString()
                .contains("\"same\":false");
    }

    @Test
    void shouldSayWhichFileIsNoTrace() throws IOException {
        Path a = record("a.avro", uboot());
        Path text = Files.writeString(folder.resolve("t.txt"), "nothing");
        assertThat(diff(a, text)).isEqualTo(ExitStatus.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("t.txt").containsOnlyOnce("\n");
        assertThat(diff(a, folder.resolve("none.avro"))).isEqualTo(ExitStatus.FAILURE);
        assertThat(diff(a, a, "--format", "xml")).isEqualTo(ExitStatus.USAGE);
    }
}
