package io.nvmetap.shrink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.qtest.StoppedQemu;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reproducers of faults in recorded boots run in a real QEMU. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ReproducerITCase {
    private static final int LOOKS_MAX = 10_000;
    private static final Path BOOTS = Path.of("../capture-agent/src/test/recordings/boots");

    @TempDir private Path folder;

    private void shrink(String recording, String fault) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream said = new PrintStream(out, true, StandardCharsets.UTF_8);
        String[] args = {
            BOOTS.resolve(recording + ".avro").toString(),
            "--driver",
            "reference:fault=" + fault,
            "--out",
            folder.resolve("small.avro").toString(),
            "--export",
            "qtest,c"
        };
        assertThat(CommandRunner.run(new ShrinkCommand(said), args, said))
                .as(out.toString(StandardCharsets.UTF_8))
                .isEqualTo(ExitStatus.OK);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("export    ", "small.qtest", "small.c");
    }

    /**
     * Lines go in one by one, as the script's head says; where it waits, the last read is tried.
     */
    private static int run(List<String> script, Path socket) throws IOException {
        int landed = 0;
        boolean entry = false;
        try (SocketChannel qemu = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                BufferedReader answers =
                        new BufferedReader(
                                new InputStreamReader(
                                        Channels.newInputStream(qemu),
                                        StandardCharsets.US_ASCII))) {
            for (int i = 0; i < script.size(); i++) {
                String line = script.get(i);
                if (line.startsWith("#")) {
                    entry = line.startsWith("# wait: CQ");
                    continue;
                }
                String answer = ask(qemu, answers, line);
                boolean last = i + 1 == script.size() || !script.get(i + 1).equals(line);
                if (entry && last) {
                    int phase = comment(script, i).endsWith("1") ? 1 : 0;
                    for (int n = 0; n < LOOKS_MAX && phase(answer) != phase; n++) {
                        answer = ask(qemu, answers, line);
                    }
                    assertThat(phase(answer)).as(comment(script, i)).isEqualTo(phase);
                    landed++;
                }
            }
        }
        return landed;
    }

    private static String comment(List<String> script, int line) {
        int at = line;
        while (!script.get(at).startsWith("#")) {
            at--;
        }
        return script.get(at);
    }

    private static int phase(String answer) {
        return Integer.parseInt(answer.substring("OK 0x".length()).substring(28, 30), 16) & 1;
    }

    private static String ask(SocketChannel qemu, BufferedReader answers, String line)
            throws IOException {
        qemu.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.US_ASCII)));
        String answer = answers.readLine();
        assertThat(answer).as(line).startsWith("OK");
        return answer;
    }

    @ParameterizedTest
    @CsvSource({
        "chain, lost-deferred-doorbell, 7",
        "chain, number-of-queues-never-set, 1",
        "linux-generic, cqe-sqid-sqhd-not-translated, 1"
    })
    void shouldRunAScriptLineByLine(String recording, String fault, int completionsMin)
            throws IOException {
        shrink(recording, fault);
        List<String> script = Files.readAllLines(folder.resolve("small.qtest"));
        try (StoppedQemu qemu = StoppedQemu.start(folder, "")) {
            assertThat(run(script, qemu.socket())).isGreaterThanOrEqualTo(completionsMin);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "chain, lost-deferred-doorbell",
        "linux-generic, cqe-sqid-sqhd-not-translated",
        "linux-generic, mdts-exceeded"
    })
    void shouldCompileAndRunAProgram(String recording, String fault) throws Exception {
        shrink(recording, fault);
        Path program = compile(folder.resolve("small.c"));
        try (StoppedQemu qemu = StoppedQemu.start(folder, "")) {
            Path said = folder.resolve("said.txt");
            assertThat(status(said, program.toString(), qemu.socket().toString()))
                    .as(Files.readString(said))
                    .isZero();
            assertThat(Files.readString(said))
                    .contains("status 0x000")
                    .endsWith("all as recorded\n");
        }
    }

    @Test
    void shouldSayInOneLineThatNobodyListens() throws Exception {
        shrink("chain", "number-of-queues-never-set");
        Path program = compile(folder.resolve("small.c"));
        Path said = folder.resolve("said.txt");
        assertThat(status(said, program.toString(), folder.resolve("no.sock").toString()))
                .isEqualTo(3);
        assertThat(Files.readString(said))
                .isEqualTo("reproducer: nobody serves qtest at that socket\n");
    }

    private Path compile(Path source) throws Exception {
        Path program = folder.resolve("reproducer");
        Path said = folder.resolve("gcc.txt");
        try {
            int status =
                    status(
                            said,
                            "gcc",
                            "-std=c99",
                            "-Wall",
                            "-Wextra",
                            "-Werror",
                            "-o",
                            program.toString(),
                            source.toString());
            assertThat(status).as(Files.readString(said)).isZero();
            return program;
        } catch (IOException noCompiler) {
            return "true".equals(System.getenv("CI"))
                    ? fail("no gcc: " + noCompiler.getMessage())
                    : abort("no gcc: " + noCompiler.getMessage());
        }
    }

    private static int status(Path said, String... command) throws Exception {
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } finally {
            process.destroyForcibly();
        }
    }
}
