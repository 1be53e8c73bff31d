package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.device.vfiouser.RemoteRig.Between;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Registers;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.newsclub.net.unix.AFUNIXServerSocket;

/** Client and server of ours, end to end, with a modelled controller behind. */
@Timeout(120)
class RemoteControllerITCase {
    @TempDir Path folder;
    private long openBefore;
    private int numbersBefore;
    private RemoteRig rig;

    @BeforeEach
    void start() throws IOException {
        Descriptors.warmUp(folder);
        openBefore = Descriptor.open();
        numbersBefore = Descriptors.ofProcess();
    }

    @AfterEach
    void end() {
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
        Descriptors.expectNumbers(numbersBefore);
    }

    private void start(Between between) throws IOException {
        rig = new RemoteRig(folder, between);
    }

    private void mode(InterruptKind kind) {
        rig.clientTime.enter(() -> rig.driven.interruptMode(kind));
    }

    private void unmask(int vector) {
        rig.clientTime.enter(
                () -> {
                    rig.driven.writeMsix(16L * vector + 12, 4, 0, 0);
                    rig.driven.readMsix(16L * vector + 12, 4, 0);
                });
    }

    @Test
    void shouldSayWhatTheServerSaysOfItself() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        PciIdentity identity = rig.remote.identity();
        assertThat(identity.vendorId()).isEqualTo(0x1B36);
        assertThat(identity.classCode()).isEqualTo(PciIdentity.CLASS_NVME);
        assertThat(identity.vectors()).isEqualTo(rig.model.profile().vectors());
        assertThat(identity.bar0Bytes()).isGreaterThanOrEqualTo(16 << 10);
        assertThat(rig.server.memory().size()).isEqualTo(1);
    }

    @Test
    void shouldReadAndWriteRegistersOfEveryWidth() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        long cap = rig.read(Registers.CAP, 8);
        assertThat(cap).isEqualTo(rig.model.profile().cap());
        assertThat(rig.read(Registers.CAP, 4)).isEqualTo(cap & 0xFFFF_FFFFL);
        assertThat(rig.read(Registers.CAP + 4, 4)).isEqualTo(cap >>> 32);
        rig.write(Registers.ASQ, 8, 0x1234_5678_9000L);
        assertThat(rig.read(Registers.ASQ, 8)).isEqualTo(0x1234_5678_9000L);
        assertThat(rig.remote.isGone()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void shouldExecuteACommandThroughSharedMemory(Between between) throws IOException {
        start(between);
        assertThat(rig.enable()).isTrue();
        for (int round = 0; round < 3 * RemoteRig.ENTRIES; round++) {
            rig.memory.write(RemoteRig.DATA, new byte[4096], 0, 4096);
            rig.submitIdentify();
            assertThat(rig.completed()).as("status").isZero();
            byte[] vendor = new byte[2];
            rig.memory.read(RemoteRig.DATA, vendor, 0, 2);
            assertThat(LittleEndian.u16(vendor, 0)).isEqualTo(rig.model.profile().vendorId());
            rig.take();
        }
        assertThat(rig.log).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Between.class)
    void shouldBringMessagesOfMsix(Between between) throws IOException {
        start(between);
        mode(InterruptKind.MSIX);
        unmask(0);
        assertThat(rig.enable()).isTrue();
        rig.submitIdentify();
        assertThat(rig.completed()).isZero();
        assertThat(rig.until(() -> !rig.messages.isEmpty())).isTrue();
        assertThat(rig.messages).containsOnly(0);
        assertThat(rig.log).isEmpty();
    }

    @Test
    void shouldHoldTheLineUpUntilTheDriverAcknowledges() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        assertThat(rig.enable()).isTrue();
        rig.submitIdentify();
        assertThat(rig.completed()).isZero();
        assertThat(rig.until(() -> rig.levels.size() > 4)).as("told again and again").isTrue();
        rig.take();
        assertThat(rig.until(this::lineIsQuiet)).isTrue();
        assertThat(rig.levels.get(0)).isTrue();
        assertThat(rig.levels.get(rig.levels.size() - 1)).isFalse();
    }

    /** Whether nothing was told for longer than a signal of the line counts. */
    private boolean lineIsQuiet() {
        int told = rig.levels.size();
        long end = System.nanoTime() + 20_000_000;
        while (System.nanoTime() - end < 0) {
            rig.read(Registers.CSTS, 4);
        }
        return rig.levels.size() == told;
    }

    @Test
    void shouldSwitchItsModeBackAndForth() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        for (int round = 0; round < 3; round++) {
            for (InterruptKind kind :
                    new InterruptKind[] {
                        InterruptKind.MSIX, InterruptKind.INTX, InterruptKind.MSI
                    }) {
                mode(kind);
                if (kind == InterruptKind.MSIX) {
                    unmask(0);
                }
                rig.write(Registers.CC, 4, 0);
                assertThat(rig.ready(0)).isTrue();
                rig.messages.clear();
                rig.levels.clear();
                assertThat(rig.enable()).isTrue();
                rig.submitIdentify();
                assertThat(rig.completed()).isZero();
                boolean byLine = kind == InterruptKind.INTX;
                assertThat(
                                rig.until(
                                        () ->
                                                byLine
                                                        ? rig.levels.contains(true)
                                                        : !rig.messages.isEmpty()))
                        .as("%s", kind)
                        .isTrue();
                rig.take();
            }
        }
        assertThat(rig.log).isEmpty();
    }

    @Test
    void shouldResetTheFunctionAndGoOn() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        mode(InterruptKind.MSIX);
        unmask(0);
        assertThat(rig.enable()).isTrue();
        rig.clientTime.enter(() -> rig.driven.reset(ResetKind.FUNCTION_LEVEL));
        assertThat(rig.read(Registers.CC, 4)).isZero();
        assertThat(rig.ready(0)).isTrue();
        rig.levels.clear();
        assertThat(rig.enable()).isTrue();
        rig.submitIdentify();
        assertThat(rig.completed()).isZero();
        assertThat(rig.until(() -> rig.levels.contains(true))).as("by the line again").isTrue();
        assertThat(rig.log).isEmpty();
    }

    @Test
    void shouldFollowMemoryThatComesAndGoes() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        rig.clientTime.enter(
                () -> {
                    assertThat(rig.memory.map(1L << 32, 4096, 1, Descriptors.file(4096), 0))
                            .isZero();
                    assertThat(rig.memory.map(2L << 32, 4096, 3, null, 0)).isZero();
                });
        assertThat(rig.server.memory().contains(1L << 32, 4096)).isTrue();
        assertThat(rig.server.memory().contains(2L << 32, 4096)).isTrue();
        rig.clientTime.enter(() -> assertThat(rig.memory.unmap(1L << 32, 4096)).isZero());
        assertThat(rig.server.memory().contains(1L << 32, 4096)).isFalse();
        assertThat(rig.log).isEmpty();
    }

    @Test
    void shouldReadAllOnesOnceTheServerIsGoneAndSaySoOnce() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        assertThat(rig.enable()).isTrue();
        rig.server.close();
        assertThat(rig.read(Registers.CSTS, 4)).isEqualTo(0xFFFF_FFFFL);
        assertThat(rig.read(Registers.CAP, 8)).isEqualTo(-1L);
        assertThat(rig.read(Registers.CC, 1)).isEqualTo(0xFF);
        rig.write(Registers.CC, 4, 0);
        mode(InterruptKind.MSIX);
        rig.clientTime.enter(() -> rig.driven.reset(ResetKind.FUNCTION_LEVEL));
        assertThat(rig.remote.isGone()).isTrue();
        assertThat(rig.log).hasSize(1);
        assertThat(rig.log.get(0)).contains("the controller behind vfio-user is gone");
    }

    @Test
    void shouldShowAFatalControllerBehindAMediatorOnceTheServerIsGone() throws IOException {
        start(Between.MEDIATOR_TOO);
        assertThat(rig.enable()).isTrue();
        rig.server.close();
        rig.submitIdentify();
        assertThat(rig.until(() -> rig.remote.isGone())).isTrue();
        rig.read(Registers.CSTS, 4);
        assertThat(rig.log).hasSize(1);
    }

    @Test
    void shouldEndWhileInterruptsComeWithoutHarm() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        mode(InterruptKind.MSIX);
        unmask(0);
        assertThat(rig.enable()).isTrue();
        for (int i = 0; i < 8; i++) {
            rig.submitIdentify();
        }
        rig.remote.close();
        assertThat(rig.read(Registers.CSTS, 4)).isEqualTo(0xFFFF_FFFFL);
        mode(InterruptKind.INTX);
        assertThat(rig.log).isEmpty();
    }

    @Test
    void shouldAnswerTheServerWhenItsOwnMemoryFails() throws IOException {
        start(Between.TWO_SERVERS);
        assertThat(rig.enable()).isTrue();
        rig.memoryFails = true;
        rig.submitIdentify();
        assertThat(rig.until(() -> (rig.read(Registers.CSTS, 4) & 2) != 0))
                .as("the model cannot fetch: CSTS.CFS")
                .isTrue();
        assertThat(rig.read(Registers.CSTS, 4)).isNotEqualTo(0xFFFF_FFFFL);
        assertThat(rig.remote.isGone()).isFalse();
        rig.memoryFails = false;
        rig.write(Registers.CC, 4, 0);
        assertThat(rig.ready(0)).isTrue();
        assertThat(rig.enable()).isTrue();
    }

    /** Nobody asked anything: the connection itself tells. */
    @Test
    void shouldNoticeAServerThatLeftWhileNothingWasAsked() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        assertThat(rig.enable()).isTrue();
        assertThat(rig.remote.departure()).isEmpty();
        rig.server.close();
        assertThat(rig.until(() -> rig.remote.departure().isPresent())).isTrue();
        assertThat(rig.remote.departure().orElseThrow().kind())
                .isEqualTo(ProtocolException.Kind.LEFT);
        assertThat(rig.remote.isGone()).isFalse();
    }

    @Test
    void shouldSayThatAServerIsSilent() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        Path deaf = folder.resolve("deaf");
        try (AFUNIXServerSocket socket = DeviceServer.bind(deaf)) {
            assertThat(socket.isBound()).isTrue();
            assertThatThrownBy(() -> new RemoteController(deaf, rig.clientTime, rig.log::add, 200))
                    .isInstanceOfSatisfying(
                            ProtocolException.class,
                            e -> assertThat(e.kind()).isEqualTo(ProtocolException.Kind.SILENT))
                    .hasMessageContaining("did not answer command 1 within 200 ms");
        }
    }

    @Test
    void shouldTellThatTheLastClientLeft() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        assertThat(rig.enable()).isTrue();
        assertThat(rig.server.deserted()).isFalse();
        rig.remote.close();
        assertThat(rig.until(rig.server::deserted)).isTrue();
    }

    @Test
    void shouldSayThatNobodyServes() throws IOException {
        start(Between.CLIENT_AND_SERVER);
        assertThatThrownBy(
                        () ->
                                new RemoteController(
                                        folder.resolve("none"), rig.clientTime, rig.log::add))
                .isInstanceOf(ConnectException.class)
                .hasMessageContaining("nobody serves vfio-user");
    }
}
