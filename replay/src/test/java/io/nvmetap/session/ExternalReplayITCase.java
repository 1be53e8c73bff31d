package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.compare.Verdict;
import io.nvmetap.live.DeviceCommand;
import io.nvmetap.target.PeerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds as processes of their own, over two vfio-user sockets; none is left behind. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExternalReplayITCase {
    private static final long START_NS_MAX = 20_000_000_000L;

    @TempDir private Path folder;

    /** The reference driver as somebody else's executable. */
    static String reference(String driver) {
        return String.join(
                " ",
                "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "'",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                "'" + System.getProperty("java.class.path") + "'",
                DeviceCommand.class.getName(),
                "--driver " + driver,
                "--controller vfio-user:{connect} --listen {listen} --once");
    }

    private Verdict replay(String recording, String command, long startNsMax) throws IOException {
        ReplayOptions options = ReplayOptions.DEFAULT.withTimeScale(0);
        Path output = folder.resolve("driver.log");
        Verdict verdict =
                new ExternalReplay(
                                "exec:" + command,
                                ExternalSetting.of(output)
                                        .withLimits(PeerLimits.DEFAULT.withStartNsMax(startNsMax)))
                        .replay(
                                BootRecordings.plan(BootRecordings.kept(recording)),
                                new Conditions(options, Optional.empty(), Optional.empty()))
                        .verdict();
        assertThat(output).exists();
        return verdict;
    }

    @AfterEach
    void shouldLeaveNoProcess() {
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"shell", "linux-generic", "linux-samsung", "linux-intx"})
    void shouldReplayABootTheSame(String recording) throws IOException {
        Verdict verdict = replay(recording, reference("reference"), START_NS_MAX);
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SAME);
    }

    @ParameterizedTest
    @CsvSource({
        "cqe-sqid-sqhd-not-translated, SQHD",
        "mdts-exceeded, MDTS",
        "lost-deferred-doorbell, no completion within"
    })
    void shouldTellABrokenBuild(String fault, String sentence) throws IOException {
        Verdict verdict = replay("shell", reference("reference:fault=" + fault), START_NS_MAX);
        assertThat(verdict.divergence().orElseThrow().sentence()).contains(sentence);
    }

    @ParameterizedTest
    @CsvSource({
        "exit 7, the driver's process ended with status 7; its last line: no luck",
        "kill -SEGV $$, the driver's process was killed by signal 11 (SIGSEGV)"
    })
    void shouldSayHowABuildEnded(String script, String sentence) throws IOException {
        Path build = Files.writeString(folder.resolve("build.sh"), "echo no luck\n" + script);
        Verdict verdict = replay("shell", "sh '" + build + "'", START_NS_MAX);
        assertThat(verdict.divergence().orElseThrow().sentence()).startsWith(sentence);
    }

    @Test
    void shouldSayThatABuildNeverConnected() throws IOException {
        Path build = Files.writeString(folder.resolve("build.sh"), "while :; do :; done");
        Verdict verdict = replay("shell", "sh '" + build + "'", 500_000_000L);
        assertThat(verdict.divergence().orElseThrow().sentence())
                .startsWith("the driver never connected");
    }
}
