package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.importer.QemuLogImporter;
import io.nvmetap.trace.TraceWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sixteen builds as executables; from one on they are broken, some beyond answering. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BisectITCase {
    private static final int BUILDS = 16;
    private static final int FIRST_BAD = 11;

    @TempDir private static Path shared;
    private static Path recording;

    @TempDir private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** A boot with no driver between, which drivers of all kinds replay. */
    @BeforeAll
    static void record() throws IOException {
        recording = shared.resolve("boot.avro");
        try (TraceWriter writer = TraceWriter.open(recording)) {
            Path log = ImportedLogsTest.log("ovmf-2022.11-shell");
            QemuLogImporter.run(log, "", e -> append(writer, e));
        }
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException cannot) {
            throw new UncheckedIOException(cannot);
        }
    }

    @BeforeEach
    void build() throws IOException {
        for (int i = 1; i <= BUILDS; i++) {
            String driver =
                    i < FIRST_BAD ? "reference" : "reference:fault=cqe-sqid-sqhd-not-translated";
            write(i, ExternalReplayITCase.reference(driver));
        }
    }

    private void write(int build, String command) throws IOException {
        String script = command.replace("{connect}", "$4").replace("{listen}", "$2");
        Files.writeString(folder.resolve("build" + build), script + "\n");
    }

    @AfterEach
    void shouldLeaveNoProcess() {
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    private int bisect(String good, String bad, String... more) {
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        List<String> args = new ArrayList<>();
        args.addAll(List.of(recording.toString(), "--good", good, "--bad", bad));
        args.addAll(List.of("--driver", "exec:sh " + folder + "/build{}", "--time-scale", "0"));
        args.addAll(List.of("--start-limit", "8", "--answer-limit", "3", "--no-rules"));
        args.addAll(List.of(more));
        return CommandRunner.run(new BisectCommand(said), args.toArray(String[]::new), errors);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String ofBuild(int build) {
        return said().lines().filter(l -> l.matches("build +" + build + " .*")).findFirst().get();
    }

    @Test
    void shouldFindTheFirstBadBuild() {
        assertThat(bisect("1", "16")).isEqualTo(ExitStatus.OK);
        assertThat(said()).contains("bisect    " + FIRST_BAD + " is the first bad build");
        assertThat(said().lines().filter(l -> l.startsWith("build "))).hasSizeLessThanOrEqualTo(6);
    }

    /** 8, 12, 10, 11 are tried: builds that fail beside their answers are bad ones. */
    @Test
    void shouldCountBuildsThatFailAsBad() throws IOException {
        write(16, "kill -SEGV $$");
        write(12, OddDriver.command("spins"));
        write(11, "while :; do :; done");
        assertThat(bisect("1", "16")).isEqualTo(ExitStatus.OK);
        assertThat(ofBuild(16)).contains("DIVERGED").contains("was killed by signal 11 (SIGSEGV)");
        assertThat(ofBuild(12)).contains("stopped answering").contains("its process spins");
        assertThat(ofBuild(11)).contains("the driver never connected");
        assertThat(said()).contains("bisect    11 is the first bad build");
    }

    @Test
    void shouldPassOverBuildsThatFailWhenToldSo() throws IOException {
        write(8, "kill -SEGV $$");
        assertThat(bisect("1", "16", "--failed", "skip")).isEqualTo(ExitStatus.OK);
        assertThat(ofBuild(8)).contains("DIVERGED skipped");
        assertThat(said()).contains("bisect    11 is the first bad build");
    }

    @Test
    void shouldSayWhereItCannotTell() throws IOException {
        write(10, "exit 1");
        assertThat(bisect("9", "11", "--failed", "skip")).isEqualTo(ExitStatus.UNKNOWN);
        assertThat(said()).contains("UNKNOWN   the first bad build comes after 9 and not after 11");
    }

    @Test
    void shouldSayThatTheGoodOneIsBad() {
        assertThat(bisect("16", "1")).isEqualTo(ExitStatus.FAILURE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("build 16 is bad already");
    }
}
