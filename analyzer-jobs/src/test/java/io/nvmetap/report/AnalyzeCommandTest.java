package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.job.FlinkRunner;
import io.nvmetap.testkit.Recordings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exit statuses and the one line that says what to do. */
class AnalyzeCommandTest {
    @TempDir private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(String... args) {
        AnalyzeCommand command =
                new AnalyzeCommand(
                        new FileRunner(),
                        new FlinkRunner(),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        System.err);
        return CommandRunner.run(command, args, new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    private Path trace(String name) throws IOException {
        Path file = folder.resolve(name + ".avro");
        Recordings.importTo(Recordings.log(name), file);
        return file;
    }

    private void oneLine(String... words) {
        assertThat(err.toString(StandardCharsets.UTF_8).lines()).hasSize(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("nvmetap: ").contains(words);
    }

    @Test
    void shouldExitByWhatItFound() throws IOException {
        Path boot = trace("ovmf-2022.11-shell");
        assertThat(run(boot.toString())).isZero();
        assertThat(run(boot.toString(), "--fail-on", "warning")).isEqualTo(1);
        assertThat(run(trace("ovmf-2022.11-slow-timeouts").toString())).isEqualTo(1);
        assertThat(run(trace("linux-6.1-two-controllers").toString())).isEqualTo(4);
    }

    @Test
    void shouldWriteJsonLinesThatEndWithASummary() throws IOException {
        run(trace("ovmf-2022.11-shell").toString(), "--format", "json");
        String[] lines = out.toString(StandardCharsets.UTF_8).split("\n");
        assertThat(lines[0]).startsWith("{\"rule\":\"number-of-queues-never-set\",\"verdict\":");
        assertThat(lines[lines.length - 1]).startsWith("{\"summary\":{");
    }

    @Test
    void shouldShowTheEventsThatProveAFindingInHtml() throws IOException {
        Path file = folder.resolve("report.html");
        String trace = trace("ovmf-2022.11-shell").toString();
        assertThat(run(trace, "--format", "html", "--out", file.toString())).isZero();
        assertThat(Files.readString(file))
                .contains("ovmf-2022.11-shell.avro", "<mark>", "CommandEmitted", "remedy");
        assertThat(out.size()).isZero();
    }

    @Test
    void shouldWantAnEndForADocument() {
        assertThat(run("--bootstrap-servers", "127.0.0.1:1", "--format", "sarif")).isEqualTo(2);
        oneLine("sarif", "--until-ended");
    }

    @Test
    void shouldKeepWhatCameBeforeACut() throws IOException {
        Path file = trace("ovmf-2022.11-to-linux-6.1");
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 50));
        assertThat(run(file.toString())).isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("number-of-queues-never-set");
    }

    @Test
    void shouldSayThatAFileIsEmpty() throws IOException {
        Path file = Files.createFile(folder.resolve("empty.avro"));
        assertThat(run(file.toString())).isEqualTo(3);
        oneLine("empty.avro", "empty");
    }

    @Test
    void shouldSayThatAFileIsMissing() {
        assertThat(run(folder.resolve("none.avro").toString())).isEqualTo(3);
        oneLine("none.avro", "no such file");
    }

    @Test
    void shouldNameTheRulesThereAre() throws IOException {
        assertThat(run(trace("uboot-2025.01-nvme").toString(), "--rules", "nonsense")).isEqualTo(2);
        oneLine("unknown rule 'nonsense'", "command-stall");
    }

    @Test
    void shouldSayThatNoBrokerAnswers() {
        assertThat(run("--bootstrap-servers", "127.0.0.1:1")).isEqualTo(3);
        oneLine("127.0.0.1:1", "nvmetap up");
    }

    @Test
    void shouldTellFiguresOfALiveTopicOnly() throws IOException {
        assertThat(run(trace("uboot-2025.01-nvme").toString(), "--metrics", "0")).isEqualTo(2);
        oneLine("--metrics is for --bootstrap-servers");
    }

    @Test
    void shouldWantOneThingToAnalyze() {
        assertThat(run()).isEqualTo(2);
        oneLine("name one thing");
    }
}
