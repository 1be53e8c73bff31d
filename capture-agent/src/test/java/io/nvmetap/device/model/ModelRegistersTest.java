package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.StatusCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRegistersTest {
    private final ControllerProfile profile = ControllerProfile.byName("generic");
    private final TinyDriver driver = new TinyDriver(profile);

    static java.util.List<String> families() {
        return ControllerProfile.names();
    }

    @ParameterizedTest
    @MethodSource("families")
    void shouldBootEveryFamilyAndGiveBackWhatWasWritten(String name) {
        TinyDriver boot = TinyDriver.started(ControllerProfile.byName(name));
        byte[] data = new byte[8192];
        new java.util.SplittableRandom(3).nextBytes(data);
        boot.memory.write(TinyDriver.DATA, data, 0, data.length);
        assertThat(boot.io(Opcodes.IO_WRITE, 100, 16, TinyDriver.DATA)).isZero();
        assertThat(boot.io(Opcodes.IO_READ, 100, 16, TinyDriver.DATA + 0x10000)).isZero();
        assertThat(boot.bytes(TinyDriver.DATA + 0x10000, 8192)).isEqualTo(data);
        assertThat(boot.read(Registers.CSTS)).isEqualTo(1);
    }

    @Test
    void shouldShowCapWholeAndInHalves() {
        assertThat(driver.controller.readRegister(Registers.CAP, 8, 0)).isEqualTo(profile.cap());
        assertThat(driver.read(Registers.CAP)).isEqualTo((int) profile.cap());
        assertThat(driver.read(Registers.CAP_HIGH)).isEqualTo((int) (profile.cap() >>> 32));
        assertThat(driver.read(Registers.VS)).isEqualTo(profile.vs());
    }

    @Test
    void shouldBecomeReadyOnlyAfterItsTime() {
        driver.adminRings(32);
        driver.write(Registers.CC, 0x0046_0001);
        assertThat(driver.read(Registers.CSTS)).isZero();
        driver.time.advance(profile.latency().enableNs() - 1);
        assertThat(driver.read(Registers.CSTS)).isZero();
        driver.time.advance(1);
        assertThat(driver.read(Registers.CSTS)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0046_0011, 0x0046_0F81, 0x0046_0801})
    void shouldBeFatalWhenEnabledWithWhatItCannotDo(int cc) {
        driver.adminRings(32);
        driver.write(Registers.CC, cc);
        driver.time.advance(1_000_000_000);
        assertThat(driver.read(Registers.CSTS)).isEqualTo(2);
        driver.write(Registers.CC, 0);
        driver.time.advance(1_000_000_000);
        assertThat(driver.read(Registers.CSTS)).isZero();
    }

    @Test
    void shouldTakeAllCommandSetsWhereCapSaysSo() {
        driver.adminRings(32);
        driver.write(Registers.CC, 0x0046_0061);
        assertThat(driver.await(Registers.CSTS, 3, 1)).isTrue();
    }

    @Test
    void shouldKeepTheAdminQueueWhereItIsWhileEnabled() {
        driver.enable();
        driver.write(Registers.ASQ, 0x7000);
        driver.write(Registers.AQA, 0x0003_0003);
        assertThat(driver.read(Registers.ASQ)).isEqualTo((int) TinyDriver.sq(0));
        assertThat(driver.read(Registers.AQA)).isEqualTo(0x001F_001F);
    }

    @Test
    void shouldForgetQueuesWhenDisabledAndStartAgain() {
        driver.enable();
        driver.pair(1, 16);
        int cid = driver.submit(1, Opcodes.IO_FLUSH, TinyDriver.io(0, 1, 0));
        assertThat(cid).isPositive();
        driver.write(Registers.CC, 0x0046_0000);
        assertThat(driver.read(Registers.CSTS)).isEqualTo(1);
        assertThat(driver.await(Registers.CSTS, 1, 0)).isTrue();
        assertThat(driver.controller.commandsInFlight()).isZero();
        assertThat(driver.next(1, 100_000_000)).isNull();
        driver.enable();
        driver.pair(1, 16);
        assertThat(driver.io(Opcodes.IO_FLUSH, 0, 1, 0)).isEqualTo(StatusCode.SUCCESS);
    }

    @Test
    void shouldReportShutdown() {
        driver.enable();
        driver.write(Registers.CC, 0x0046_4001);
        assertThat(Registers.cstsShst(driver.read(Registers.CSTS))).isEqualTo(1);
        driver.time.advance(profile.latency().shutdownNs());
        assertThat(Registers.cstsShst(driver.read(Registers.CSTS))).isEqualTo(2);
        driver.write(Registers.CC, 0);
        assertThat(Registers.cstsShst(driver.read(Registers.CSTS))).isZero();
    }

    @Test
    void shouldResetTheSubsystemOnlyForTheRightWord() {
        driver.enable();
        driver.write(Registers.NSSR, 1);
        assertThat(driver.read(Registers.CC)).isNotZero();
        driver.write(Registers.NSSR, Registers.NSSR_RESET);
        assertThat(driver.read(Registers.CC)).isZero();
        assertThat(driver.read(Registers.AQA)).isZero();
        assertThat(Registers.cstsNssro(driver.read(Registers.CSTS))).isTrue();
        driver.write(Registers.CSTS, 1 << 4);
        assertThat(driver.read(Registers.CSTS)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"FUNCTION_LEVEL", "MACHINE", "SUBSYSTEM", "DRIVER", "UNKNOWN", "CC_EN"})
    void shouldServeAgainAfterAnyReset(String kind) {
        driver.enable();
        driver.msix(2);
        driver.controller.reset(ResetKind.valueOf(kind));
        driver.time.advance(10_000_000);
        assertThat(driver.read(Registers.CSTS) & 1).isZero();
        boolean controllerOnly = ResetKind.valueOf(kind) == ResetKind.CC_EN;
        assertThat(driver.controller.readMsix(12, 4, 0)).isEqualTo(controllerOnly ? 0 : 1);
        driver.enable();
        driver.pair(1, 16);
        assertThat(driver.io(Opcodes.IO_FLUSH, 0, 1, 0)).isZero();
    }

    @Test
    void shouldSurviveAccessesThatMakeNoSense() {
        java.util.SplittableRandom random = new java.util.SplittableRandom(11);
        driver.enable();
        for (int i = 0; i < 20_000; i++) {
            long offset = random.nextInt(8) == 0 ? random.nextLong() : random.nextInt(0x1300);
            int width = random.nextInt(10);
            driver.controller.readRegister(offset, width, 0);
            driver.controller.writeRegister(offset, width, random.nextLong(), 0);
            driver.controller.readMsix(offset, width, 0);
            driver.controller.writeMsix(offset, width, random.nextLong(), 0);
            driver.time.advance(random.nextInt(100_000));
        }
        driver.controller.reset(ResetKind.MACHINE);
        driver.enable();
        assertThat(driver.read(Registers.CSTS) & 1).isEqualTo(1);
    }
}
