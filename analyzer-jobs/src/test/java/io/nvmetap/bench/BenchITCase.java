package io.nvmetap.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The benchmarks run to their end, with so little work that their figures say nothing. */
@Timeout(value = 900, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BenchITCase {
    private static final BenchEffort LITTLE = new BenchEffort(1, 0, 1, 20, 200);
    private static final Path HOME = Path.of("..");

    @TempDir private Path folder;

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final ByteArrayOutputStream wrong = new ByteArrayOutputStream();

    private int run(String... args) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        PrintStream err = new PrintStream(wrong, true, StandardCharsets.UTF_8);
        return CommandRunner.run(new BenchCommand(out, HOME, LITTLE), args, err);
    }

    @Test
    void shouldWriteThePageOfAllFigures() throws IOException {
        Path page = folder.resolve("benchmarks.md");
        int status = run("all", "--rounds", "1", "--ops", "200", "--write", page.toString());
        assertThat(wrong.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(status).isEqualTo(ExitStatus.OK);
        assertThat(said.toString(StandardCharsets.UTF_8))
                .contains("\"tapOverRing\":", "\"tapOverJfr\":", "\"tapOffNs\":")
                .contains("\"allocBytesPerEvent\":", "\"encodeOverHand\":")
                .contains("\"encodeOverSpecificWriter\":", "\"sendOverBareProducer\":")
                .contains("\"fileOverCount\":", "\"topicOverCount\":", "\"fileOverPlain\":")
                .contains("\"bytesPerEvent\":", "\"commandsPerSecond\":", "\"overDirect\":")
                .contains("\"machine\":", "\"commit\":", "\"date\":");
        assertThat(Files.readString(page)).contains("## capture", "## pipeline", "## replay");
    }

    @Test
    void shouldSayInOneLineWhatIsWrong() {
        assertThat(run("speed")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("capture", "--rounds", "0")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("pipeline", "--ops", "1")).isEqualTo(ExitStatus.USAGE);
        assertThat(run("capture", "--write", "page.md")).isEqualTo(ExitStatus.USAGE);
        assertThat(wrong.toString(StandardCharsets.UTF_8).lines())
                .hasSize(4)
                .allMatch(line -> line.contains("bench what?") || line.contains("--"));
    }
}
