package io.nvmetap.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.testkit.Tape;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExportCommandTest {
    @TempDir Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private Path trace;
    private Path file;

    @BeforeEach
    void record() throws IOException {
        trace = folder.resolve("t.avro");
        file = folder.resolve("out");
        write(Tape.started("m").wholeRead(0, 7).controller(1).wholeRead(1, 8));
    }

    private void write(Tape tape) throws IOException {
        try (TraceWriter writer = TraceWriter.open(trace)) {
            for (CapturedEvent e : tape.events()) {
                writer.append(e);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "csv", "perfetto", "pcapng"})
    void shouldReplaceWhatIsThereAndSayWhatItDid(String format) throws IOException {
        Files.writeString(file, "old");
        assertThat(run("--format", format)).isEqualTo(ExitStatus.OK);
        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).startsWith("export    17 events").endsWith("   " + file + "\n");
        assertThat(Files.readAllBytes(file)).hasSizeGreaterThan(100);
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("t.avro", "out");
    }

    @Test
    void shouldWriteAnEventALine() throws IOException {
        run("--format", "json");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(17).allMatch(l -> l.startsWith("{\"seq\":") && l.endsWith("}"));
        assertThat(lines.get(2))
                .contains("\"kind\":\"CommandFetched\"", "\"raw\":\"02006400", "\"text\":\"sq=1");
        run("--format", "csv");
        String csv = Files.readString(file);
        assertThat(csv.split("\r\n"))
                .hasSize(18)
                .startsWith("seq,timeNs,controller,cpu,side,kind,queue,commandId,text");
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "csv", "perfetto", "pcapng"})
    void shouldWriteToStandardOutputAndSpeakElsewhere(String format) {
        file = Path.of("-");
        assertThat(run("--format", format)).isEqualTo(ExitStatus.OK);
        assertThat(out.size()).isGreaterThan(100);
        assertThat(out.toString()).doesNotContain("export    ");
        assertThat(err.toString()).startsWith("export    17 events");
    }

    @Test
    void shouldKeepToOneControllerAndTheSessionsOwnEvents() throws IOException {
        assertThat(run("--format", "json", "--controller", "1")).isZero();
        assertThat(Files.readAllLines(file)).hasSize(9).first().asString().contains("Started");
        assertThat(out.toString()).startsWith("export    8 events");
        assertOneLine(run("--format", "json", "--controller", "5"), "no event of controller 5");
        assertThat(Files.readAllLines(file)).as("what was there stays").hasSize(9);
    }

    @Test
    void shouldRefuseOptionsThatDoNotFit() {
        assertUsage(run("--format", "json", "--side", "guest"), "--side is for --format pcapng");
        assertUsage(run("--format", "pcapng", "--side", "none"), "guest or device");
        assertUsage(run("--format", "csv", "--findings", "f"), "--findings is for");
        assertUsage(run("--format", "csv", "--controller", "-1"), "counts from 0");
        assertUsage(run("--format", "xml"), "Invalid value");
        file = trace;
        assertUsage(run("--format", "json"), "--out is the trace itself");
    }

    @Test
    void shouldSayWhyAFileCannotBeWritten() throws IOException {
        file = folder.resolve("none/out");
        assertOneLine(run("--format", "json"), "its folder does not exist");
        file = folder;
        assertOneLine(run("--format", "json"), "is a folder");
        Path locked = Files.createDirectory(folder.resolve("locked"));
        assertThat(locked.toFile().setWritable(false)).isTrue();
        file = locked.resolve("out");
        if (!Files.isWritable(locked)) {
            assertOneLine(run("--format", "json"), "permission denied");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "perfetto", "pcapng"})
    void shouldSayThatADiskIsFull(String format) {
        file = Path.of("/dev/full");
        assumeTrue(Files.exists(file), "no /dev/full here");
        assertOneLine(run("--format", format), "/dev/full: cannot be written (No space left");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "csv", "perfetto", "pcapng"})
    void shouldKeepWhatWasGoodOfADamagedTrace(String format) throws IOException {
        Tape tape = Tape.started("m");
        for (int i = 0; i < 5000; i++) {
            tape.wholeRead(i % 60, i);
        }
        write(tape);
        byte[] whole = Files.readAllBytes(trace);
        Files.write(trace, Arrays.copyOf(whole, whole.length * 2 / 3));
        assertOneLine(run("--format", format), "damaged at byte");
        assertThat(out.toString()).startsWith("export    ");
        assertThat(Files.size(file)).isGreaterThan(10_000);
    }

    @Test
    void shouldSayThatAFileIsNoTrace() throws IOException {
        Files.writeString(trace, "hello");
        assertOneLine(run("--format", "pcapng"), "not a trace file");
        Files.delete(trace);
        assertOneLine(run("--format", "pcapng"), "no such file");
        assertThat(folder.toFile().list()).as("nothing is left behind").isEmpty();
    }

    @Test
    void shouldDrawFindingsOfAFileOfThem() throws IOException {
        Path findings = folder.resolve("f.jsonl");
        Files.writeString(
                findings,
                """
                {"rule":"r","verdict":"HOLDS","title":"fine"}
                {"rule":"q","verdict":"VIOLATED","timeNs":4000,"title":"It stalls","evidence":[1]}
                {"summary":{"events":9}}
                """);
        assertThat(run("--format", "perfetto", "--findings", findings.toString())).isZero();
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                .contains("findings", "It stalls")
                .doesNotContain("fine");
        for (String bad : List.of("[1]", "{\"a\"", "nonsense")) {
            Files.writeString(findings, bad);
            assertOneLine(
                    run("--format", "perfetto", "--findings", findings.toString()),
                    "no output of `analyze --format json`");
        }
    }

    private void assertUsage(int status, String text) {
        assertThat(status).isEqualTo(ExitStatus.USAGE);
        assertThat(err.toString().lines()).singleElement().asString().contains(text);
    }

    private void assertOneLine(int status, String text) {
        assertThat(status).isEqualTo(ExitStatus.FAILURE);
        assertThat(err.toString().lines()).singleElement().asString().contains(text);
    }

    private int run(String... more) {
        out.reset();
        err.reset();
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        List<String> args = new ArrayList<>(List.of(trace.toString(), "--out", file.toString()));
        args.addAll(List.of(more));
        ExportCommand command = new ExportCommand(out, errors);
        return CommandRunner.run(command, args.toArray(String[]::new), errors);
    }
}
