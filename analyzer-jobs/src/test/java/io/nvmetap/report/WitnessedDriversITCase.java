package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.live.DeviceCommand;
import io.nvmetap.session.ReplayCommand;
import io.nvmetap.testkit.Recordings;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A driver in another process says nothing; a replay records it from both its ends. The rules over
 * such a recording.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class WitnessedDriversITCase {
    private static final long PATIENCE_S = 90;

    @TempDir private Path folder;

    private static String java(Class<?> main, String arguments) {
        return String.join(
                " ",
                "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "'",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                "\"$NVMETAP_TEST_CLASSES\"",
                main.getName(),
                arguments);
    }

    /** Replays into this build; what it said. */
    private String replay(Path trace, Path own, String driver)
            throws IOException, InterruptedException {
        String build =
                java(
                        DeviceCommand.class,
                        "--driver " + driver + " --controller vfio-user:$4 --listen $2 --once");
        Path script = Files.writeString(folder.resolve("driver.sh"), "exec " + build + "\n");
        String command =
                java(
                        ReplayCommand.class,
                        trace.toAbsolutePath()
                                + " --time-scale 0 --driver 'exec:sh "
                                + script
                                + "' --record "
                                + own);
        File output = folder.resolve("said").toFile();
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", "exec " + command);
        builder.environment().put("NVMETAP_TEST_CLASSES", System.getProperty("java.class.path"));
        Process replay = builder.redirectErrorStream(true).redirectOutput(output).start();
        try {
            assertThat(replay.waitFor(PATIENCE_S, TimeUnit.SECONDS)).isTrue();
            return Files.readString(output.toPath());
        } finally {
            replay.destroyForcibly();
        }
    }

    private static Set<String> violated(Path trace) throws IOException {
        Set<String> found = new TreeSet<>();
        new FileRules().judge(trace, f -> keep(f, found));
        return found;
    }

    private static void keep(Finding f, Set<String> found) {
        if (f.verdict() == Verdict.VIOLATED && f.severity() != Severity.INFO) {
            found.add(f.rule() + " " + f.owner());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shell", "linux-generic", "linux-intx", "linux-inner", "chain"})
    void shouldAccuseNobodyNew(String boot) throws Exception {
        Path trace = Recordings.folder().resolve("boots").resolve(boot + ".avro");
        Path own = folder.resolve("own.avro");
        assertThat(replay(trace, own, "reference")).contains(" SAME ");
        assertThat(violated(trace)).containsAll(violated(own));
    }

    /** What a replay's guest stops at, the rules find in the recording, and whose it is. */
    @ParameterizedTest
    @ValueSource(strings = {"cqe-sqid-sqhd-not-translated", "duplicate-or-late-completion"})
    void shouldNameTheDriver(String fault) throws Exception {
        Path trace = Recordings.folder().resolve("boots").resolve("chain.avro");
        Path own = folder.resolve("own.avro");
        assertThat(replay(trace, own, "reference:fault=" + fault)).contains(" DIVERGED ");
        assertThat(violated(own)).contains(fault + " MEDIATOR");
    }
}
