package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.compare.Uncompared;
import io.nvmetap.compare.Verdict;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.live.DeviceCommand;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanFile;
import io.nvmetap.target.PeerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Builds as processes of their own, over two vfio-user sockets; none is left behind. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExternalReplayITCase {
    private static final PeerLimits LIMITS = PeerLimits.DEFAULT.withAftermathNs(100_000_000);
    private static final Conditions FAST =
            new Conditions(
                    ReplayOptions.DEFAULT.withTimeScale(0), Optional.empty(), Optional.empty());

    @TempDir private Path folder;

    /** The reference driver as somebody else's executable. */
    static String reference(String driver) {
        return java(
                DeviceCommand.class,
                "--driver "
                        + driver
                        + " --controller vfio-user:{connect} --listen {listen} --once");
    }

    /** A class of this class path as an executable. */
    static String java(Class<?> main, String arguments) {
        return String.join(
                " ",
                "'" + Path.of(System.getProperty("java.home"), "bin", "java") + "'",
                "-XX:TieredStopAtLevel=1",
                "--add-opens=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-cp",
                "'" + System.getProperty("java.class.path") + "'",
                main.getName(),
                arguments);
    }

    private ExternalSetting setting() {
        return ExternalSetting.of(folder.resolve("driver.log")).withLimits(LIMITS);
    }

    private Verdict exec(Plan plan, ExternalSetting setting, String command) throws IOException {
        return new ExternalReplay("exec:" + command, setting).replay(plan, FAST).verdict();
    }

    private static Plan plan(String recording) throws IOException {
        return BootRecordings.plan(BootRecordings.kept(recording));
    }

    private static void assertSame(String what, Verdict verdict) {
        assertThat(verdict.divergence()).as(what).isEmpty();
        assertThat(verdict.outcome()).as(what).isEqualTo(Verdict.Outcome.SAME);
    }

    @AfterEach
    void shouldLeaveNoProcess() {
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    /** All of the project's, one driver process after the other. */
    @Test
    void shouldReplayEveryRecordingTheSame() throws IOException {
        List<Path> all = new ArrayList<>(BootRecordings.kept());
        all.addAll(ImportedLogsTest.logs());
        for (Path recording : all) {
            boolean boot = recording.toString().endsWith(".avro");
            Plan plan = boot ? BootRecordings.plan(recording) : ImportedLogsTest.plan(recording);
            Verdict verdict = exec(plan, setting(), reference("reference"));
            assertThat(verdict.divergence()).as(recording.toString()).isEmpty();
            // What cannot be replayed was said before any driver was started.
            assertThat(verdict.outcome() == Verdict.Outcome.SAME)
                    .as(recording + ": " + verdict.reason())
                    .isEqualTo(plan.unknown().isEmpty());
        }
    }

    /** A driver that somebody started, which finds its controller where we serve it. */
    @ParameterizedTest
    @ValueSource(strings = {"shell", "linux-samsung", "linux-intx", "linux-apple-ans2"})
    void shouldReplayTheSameIntoADriverStartedByHand(String recording) throws Exception {
        Path listen = folder.resolve("guest");
        Path connect = folder.resolve("device");
        String command =
                reference("reference")
                        .replace("{listen}", listen.toString())
                        .replace("{connect}", connect.toString());
        Process driver =
                new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                "until [ -S " + connect + " ]; do :; done; exec " + command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        try {
            ExternalSetting setting = setting().withServe(Optional.of(connect));
            Build build = new ExternalReplay("vfio-user:" + listen, setting);
            assertSame(recording, build.replay(plan(recording), FAST).verdict());
            assertThat(driver.waitFor(20, TimeUnit.SECONDS)).isTrue();
        } finally {
            driver.destroyForcibly().waitFor();
        }
    }

    /** What its controller does is not compared, and the verdict says so. */
    @Test
    void shouldSayWhatADriverWithItsOwnControllerCannotShow() throws Exception {
        Path listen = folder.resolve("guest");
        String command =
                java(
                        DeviceCommand.class,
                        "--driver reference --controller generic --once --listen " + listen);
        Process driver =
                new ProcessBuilder("/bin/sh", "-c", "exec " + command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        try {
            while (driver.isAlive() && !Files.exists(listen)) {
                Thread.onSpinWait();
            }
            Build build = new ExternalReplay("vfio-user:" + listen, setting());
            Verdict verdict = build.replay(plan("linux-generic"), FAST).verdict();
            assertSame("own controller", verdict);
            assertThat(verdict.uncompared())
                    .containsKeys(Uncompared.DRIVERS_COMMANDS, Uncompared.PAYLOAD_OTHER_CONTROLLER);
        } finally {
            driver.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"shell", "linux-generic", "linux-intx", "take-over"})
    void shouldReplayTheSameIntoADriverThatMapsMemory(String recording) throws IOException {
        Verdict verdict = exec(plan(recording), setting().withMapped(true), reference("reference"));
        assertSame(recording, verdict);
        assertThat(verdict.uncompared()).containsKey(Uncompared.STORES);
    }

    @ParameterizedTest
    @CsvSource({
        "cqe-sqid-sqhd-not-translated, false, SQHD",
        "mdts-exceeded, false, MDTS",
        "lost-deferred-doorbell, false, no completion within",
        "torn-cqe-copyback, false, torn completion",
        "cqe-sqid-sqhd-not-translated, true, SQHD",
        "mdts-exceeded, true, MDTS"
    })
    void shouldTellABrokenBuild(String fault, boolean mapped, String sentence) throws IOException {
        Verdict verdict =
                exec(
                        plan("shell"),
                        setting().withMapped(mapped),
                        reference("reference:fault=" + fault));
        assertThat(verdict.divergence().orElseThrow().sentence()).contains(sentence);
    }

    /** The driver says nothing; what it did at both its ends is recorded and is a recording. */
    @ParameterizedTest
    @ValueSource(strings = {"shell", "linux-intx", "linux-apple-ans2", "chain"})
    void shouldRecordWhatADriverDid(String recording) throws IOException {
        Path own = folder.resolve("own.avro");
        Conditions recorded = FAST.recordedTo(own);
        Build build = new ExternalReplay("exec:" + reference("reference"), setting());
        assertSame(recording, build.replay(plan(recording), recorded).verdict());
        Plan again = PlanFile.read(own).plan();
        assertThat(again.unknown()).isEmpty();
        assertThat(again.commands()).isEqualTo(plan(recording).commands());
        BootRecordings.assertSame(own);
    }

    /** See {@link LateStartTest}: the same with a driver in another process. */
    @Test
    void shouldReplayTheSameFromASnapshot() throws IOException {
        Plan late = LateStartTest.plan("chain", 1);
        assertSame("late start", exec(late, setting(), reference("reference")));
    }

    /** See {@link VendorCommandsTest}: the same with a driver in another process. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void shouldPassVendorCommandsByteForByte(boolean tunnel) throws IOException {
        List<CapturedEvent> events = tunnel ? VendorRecording.apple() : VendorRecording.unknown();
        Path own = folder.resolve("own.avro");
        Build build = new ExternalReplay("exec:" + reference("reference"), setting());
        Plan plan = VendorRecording.plan(events);
        assertSame("vendor", build.replay(plan, FAST.recordedTo(own)).verdict());
        VendorRecording.assertSameBytes(
                events,
                tunnel ? EventKind.COMMAND_FETCHED : EventKind.COMMAND_EMITTED,
                BootRecordings.events(own),
                tunnel ? VendorRecording.TUNNEL : VendorRecording.UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
        "exit 7, the driver's process ended with status 7; its last line: no luck",
        "kill -SEGV $$, the driver's process was killed by signal 11 (SIGSEGV)"
    })
    void shouldSayHowABuildEnded(String script, String sentence) throws IOException {
        Path build = Files.writeString(folder.resolve("build.sh"), "echo no luck\n" + script);
        Verdict verdict = exec(plan("shell"), setting(), "sh '" + build + "'");
        assertThat(verdict.divergence().orElseThrow().sentence()).startsWith(sentence);
    }

    @Test
    void shouldSayThatABuildNeverConnected() throws IOException {
        Path build = Files.writeString(folder.resolve("build.sh"), "while :; do :; done");
        ExternalSetting hasty = setting().withLimits(LIMITS.withStartNsMax(500_000_000L));
        Verdict verdict = exec(plan("shell"), hasty, "sh '" + build + "'");
        assertThat(verdict.divergence().orElseThrow().sentence())
                .startsWith("the driver never connected");
    }
}
