package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.compare.Differing;
import io.nvmetap.compare.Verdict;
import io.nvmetap.plan.Plan;
import io.nvmetap.qtest.BetweenQemu;
import io.nvmetap.qtest.StoppedQemu;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded boots into the NVMe device of a real QEMU. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class QtestReplayITCase {
    private static final ReplayOptions AT_ONCE = ReplayOptions.DEFAULT.withTimeScale(0);

    @TempDir private Path folder;

    private static Verdict replay(Plan plan, Path socket, ReplayOptions options)
            throws IOException {
        Conditions conditions = new Conditions(options, Optional.empty(), Optional.empty());
        return new QtestReplay("qtest:" + socket).replay(plan, conditions).verdict();
    }

    private Verdict replay(Plan plan, String properties) throws IOException {
        try (StoppedQemu qemu = StoppedQemu.start(folder, properties)) {
            return replay(plan, qemu.socket(), AT_ONCE);
        }
    }

    private static Plan kept(String name) throws IOException {
        return BootRecordings.plan(BootRecordings.kept(name));
    }

    private static Plan log(String name) throws IOException {
        return ImportedLogsTest.plan(Path.of("../capture-agent/src/test/recordings", name));
    }

    @AfterEach
    void shouldLeaveNoProcess() {
        assertThat(ProcessHandle.current().descendants().filter(ProcessHandle::isAlive)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"shell", "linux-generic", "linux-intx", "chain", "rebind"})
    void shouldReplayABootWhoseStatusesAgree(String recording) throws IOException {
        Plan plan = kept(recording);
        Verdict verdict = replay(plan, "");
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SAME);
        assertThat(verdict.commandsCompared()).isGreaterThan(20);
        assertThat(verdict.differences().listed())
                .as("Identify Controller of another controller")
                .anyMatch(
                        d ->
                                d.kind() == Differing.DATA
                                        && d.where().sentence().contains("Identify cns=1")
                                        && d.where().sentence().contains("bytes differ"));
        assertThat(verdict.differences().counts().keySet())
                .isSubsetOf(Differing.DATA, Differing.REGISTER, Differing.DW0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ovmf-2022.11-shell.log.gz",
                "ovmf-2022.11-reconnect.log.gz",
                "linux-6.1-boot.log.gz",
                "linux-6.12-no-dbbuf.log.gz",
                "uboot-2025.01-nvme.log.gz"
            })
    void shouldReplayWhatQemuLoggedIntoQemu(String log) throws IOException {
        Verdict verdict = replay(log(log), "");
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SAME);
        assertThat(verdict.differences().counts().keySet())
                .as("a log does not tell all that a command asks")
                .isSubsetOf(Differing.PARTIAL);
    }

    @Test
    void shouldTakeADeviceThatWasLeftEnabled() throws IOException {
        try (StoppedQemu qemu = StoppedQemu.start(folder, "")) {
            for (String recording : new String[] {"shell", "linux-generic", "shell"}) {
                Verdict verdict = replay(kept(recording), qemu.socket(), AT_ONCE);
                assertThat(verdict.outcome()).as(recording).isEqualTo(Verdict.Outcome.SAME);
            }
        }
    }

    @Test
    void shouldSayWhatSmallerQueuesDoToARecording() throws IOException {
        Verdict verdict = replay(kept("shell"), ",mqes=31");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        assertThat(verdict.differences().first(Differing.STATUS).orElseThrow().sentence())
                .contains("Create I/O", "Invalid Queue Size");
        assertThat(verdict.differences().first(Differing.ABILITY).orElseThrow().sentence())
                .contains("its queues have at most 32 entries, recorded 256");
    }

    @Test
    void shouldSayThatThereAreFewerQueues() throws IOException {
        Verdict verdict = replay(kept("shell"), ",max_ioqpairs=1");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        assertThat(verdict.divergence().orElseThrow().sentence())
                .contains("Create I/O Completion Queue qid=2", "Invalid Queue Identifier");
    }

    @ParameterizedTest
    @ValueSource(ints = {0xC1, 0xD8})
    void shouldSayThatAVendorsCommandIsRefusedAndGoOn(int opcode) throws IOException {
        Plan plan = new Recording().ready().admin(Recording.sqe(opcode, 5)).io(7, 0, 0).plan();
        Verdict verdict = replay(plan, "");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        assertThat(verdict.divergence().orElseThrow().sentence())
                .contains("Invalid Command Opcode", "recorded Successful Completion");
        assertThat(verdict.commandsCompared()).as("the read after it too").isEqualTo(4);
    }

    @Test
    void shouldBeUnknownForEntriesOf128Bytes() throws IOException {
        Verdict verdict = replay(kept("linux-apple-ans2"), "");
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.UNKNOWN);
        assertThat(verdict.reason()).contains("128 bytes");
    }

    @Test
    void shouldSayThatQemuWentAwayInTheMiddle() throws IOException {
        AtomicInteger lines = new AtomicInteger();
        Path front = folder.resolve("front.sock");
        try (StoppedQemu qemu = StoppedQemu.start(folder, "");
                BetweenQemu between =
                        new BetweenQemu(
                                front,
                                qemu,
                                line -> {
                                    if (lines.incrementAndGet() == 600) {
                                        qemu.kill();
                                    }
                                    return true;
                                })) {
            Verdict verdict = replay(kept("linux-generic"), front, AT_ONCE);
            assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
            assertThat(verdict.divergence().orElseThrow().sentence())
                    .isEqualTo("the device does not answer: QEMU closed its qtest socket");
        }
    }

    @Test
    void shouldEndWhenADeviceNeverCompletes() throws IOException {
        ReplayOptions hasty = AT_ONCE.withDeadlineNs(300_000_000L);
        Path front = folder.resolve("front.sock");
        try (StoppedQemu qemu = StoppedQemu.start(folder, "");
                BetweenQemu between =
                        new BetweenQemu(
                                front, qemu, line -> !line.startsWith("writel 0xe0001000 "))) {
            Verdict verdict = replay(kept("shell"), front, hasty);
            assertThat(verdict.divergence().orElseThrow().sentence())
                    .contains("no completion within 0.3 s");
        }
    }

    @Test
    void shouldSayInOneLineThatTheMachineHasNoSuchDevice() throws IOException {
        try (StoppedQemu qemu = StoppedQemu.empty(folder)) {
            Path socket = qemu.socket();
            assertThatThrownBy(() -> replay(kept("shell"), socket, AT_ONCE))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no NVMe function on PCI bus 0; start QEMU with");
        }
    }
}
