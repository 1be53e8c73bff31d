package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.PeerLimits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each way in which a build can go wrong beside its answers: a verdict of its own, soon. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OddDriversITCase {
    private static final PeerLimits SOON =
            PeerLimits.DEFAULT.withAnswers(4_000, 60_000_000_000L).withAftermathNs(100_000_000);
    private static final PeerLimits PATIENT = SOON.withAnswers(30_000, 60_000_000_000L);
    private static final long DEADLINE_NS = 1_000_000_000;

    private static final Conditions FAST =
            new Conditions(
                    ReplayOptions.DEFAULT.withTimeScale(0).withDeadlineNs(DEADLINE_NS),
                    Optional.empty(),
                    Optional.empty());
    private static Plan plan;

    @TempDir private Path folder;

    /** A boot with no driver between: one that passes everything on replays it the same. */
    @BeforeAll
    static void read() throws IOException {
        plan = ImportedLogsTest.plan(ImportedLogsTest.log("ovmf-2022.11-shell"));
    }

    private Verdict replay(String command, PeerLimits limits) throws IOException {
        ExternalSetting setting =
                ExternalSetting.of(folder.resolve("driver.log")).withLimits(limits);
        return new ExternalReplay("exec:" + command, setting).replay(plan, FAST).verdict();
    }

    private String sentence(String way) throws IOException {
        return sentence(way, SOON);
    }

    private String sentence(String way, PeerLimits limits) throws IOException {
        Verdict verdict = replay(OddDriver.command(way), limits);
        return verdict.divergence().map(Divergence::sentence).orElse("none");
    }

    @AfterEach
    void shouldLeaveNoProcess() {
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"good", "stores-wide"})
    void shouldTakeADriverThatIsOnlyAnother(String way) throws IOException {
        assertThat(sentence(way)).isEqualTo("none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "spins | the driver stopped answering: no reply within 4.0 s; its process spins",
                "sleeps | the driver stopped answering: no reply within 4.0 s; its process waits",
                "deaf | the driver stopped answering: no reply within 4.0 s; its process waits"
            })
    void shouldSayThatADriverDoesNotAnswer(String way, String sentence) throws IOException {
        assertThat(sentence(way)).startsWith(sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "babbles | the driver broke the vfio-user protocol: ",
                "hangs-up | the driver hung up on its guest; its process still runs",
                "lets-go | the driver let go of its controller; its process still runs",
                "crashes | the driver's process ended with status 42",
                "stray | 8 bytes were written at 0xffff000, memory the guest did not give",
                "stray-inside | 8 bytes were written at 0x810000000, memory the guest did not give",
                "floods-output | the driver floods its output: more than 64 MiB"
            })
    void shouldSayWhatADriverDid(String way, String sentence) throws IOException {
        assertThat(sentence(way, PATIENT)).startsWith(sentence);
    }

    @Test
    void shouldBoundWhatWaitsOfADriversStores() throws IOException {
        assertThat(sentence("floods-memory", PATIENT))
                .startsWith("the driver floods guest memory: its stores come faster");
    }

    @Test
    void shouldBoundAllAnswersTogether() throws IOException {
        PeerLimits brief = SOON.withAnswers(20_000, 4_000_000_000L);
        assertThat(sentence("slow", brief)).startsWith("the driver answers slowly: ");
    }

    @Test
    void shouldSayHowLateAnAnswerIs() throws IOException {
        assertThat(sentence("late")).contains("no completion within 1.0 s, recorded one");
    }

    @Test
    void shouldNotBlameADriverForAFileThatCannotBeWritten() {
        ExternalSetting nowhere = ExternalSetting.of(folder.resolve("none/driver.log"));
        Build build = new ExternalReplay("exec:true", nowhere);
        assertThatThrownBy(() -> build.replay(plan, FAST))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("the driver's output cannot be written there");
    }

    @Test
    void shouldNotBlameADriverForASocketThatExists() throws IOException {
        Path taken = Files.createFile(folder.resolve("taken"));
        ExternalSetting setting =
                ExternalSetting.of(folder.resolve("log")).withServe(Optional.of(taken));
        Build build = new ExternalReplay("vfio-user:" + folder.resolve("none"), setting);
        assertThatThrownBy(() -> build.replay(plan, FAST))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("exists; remove it or name another socket");
    }

    /** A shell that stays between, a child of the driver's, and one that left its session. */
    @Test
    void shouldEndWhateverTheCommandStarted() throws IOException {
        Path pids = folder.resolve("pids");
        Path build =
                Files.writeString(
                        folder.resolve("build.sh"),
                        "sleep 1000 & echo $! >> "
                                + pids
                                + "\n(setsid sh -c 'echo $$ >> "
                                + pids
                                + "; exec sleep 1000' &)\n"
                                + "trap '' TERM\n"
                                + OddDriver.command("spins")
                                        .replace("{listen}", "$1")
                                        .replace("{connect}", "$2")
                                + "\necho over\n");
        Verdict verdict = replay("sh '" + build + "' {listen} {connect}", SOON);
        assertThat(verdict.divergence().orElseThrow().sentence()).contains("its process spins");
        assertThat(Files.readAllLines(pids)).hasSize(2).allMatch(OddDriversITCase::ended);
    }

    @Test
    void shouldTakeTheDriverAlongWhenTheReplayIsStopped() throws Exception {
        Path pid = folder.resolve("pid");
        Path build =
                Files.writeString(
                        folder.resolve("build.sh"),
                        "trap '' TERM\necho $$ > "
                                + pid
                                + ".new\nmv "
                                + pid
                                + ".new "
                                + pid
                                + "\nwhile :; do :; done\n");
        String command =
                ExternalReplayITCase.java(
                        ReplayCommand.class,
                        BootRecordings.kept("shell").toAbsolutePath()
                                + " --no-rules --driver 'exec:sh "
                                + build
                                + "'");
        Process replay =
                new ProcessBuilder("/bin/sh", "-c", "exec " + command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("said").toFile())
                        .start();
        try {
            while (replay.isAlive() && !Files.exists(pid)) {
                replay.waitFor(10, TimeUnit.MILLISECONDS);
            }
            replay.destroy();
            assertThat(replay.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(ended(Files.readString(pid).strip())).isTrue();
        } finally {
            replay.destroyForcibly();
        }
    }

    private static boolean ended(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty();
    }
}
