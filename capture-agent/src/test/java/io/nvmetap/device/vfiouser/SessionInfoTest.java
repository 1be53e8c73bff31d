package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.LittleEndian;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionInfoTest {
    private static final int INFO = VfioUser.COMMAND_DEVICE_GET_INFO;
    private static final int REGION = VfioUser.COMMAND_DEVICE_GET_REGION_INFO;
    private static final int IRQ = VfioUser.COMMAND_DEVICE_GET_IRQ_INFO;

    private final long openBefore = Descriptor.open();
    private final SessionRig rig = SessionRig.negotiated();

    @AfterEach
    void closeAll() {
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    @Test
    void shouldSayThatItIsAPciDeviceThatCanBeReset() {
        byte[] b = rig.ask(INFO, Bodies.deviceInfo()).body();
        assertThat(b).isEqualTo(Bodies.words(16, 3, 9, 5));
    }

    @Test
    void shouldAnswerEinvalToDeviceInfoOfAnotherSize() {
        for (int bytes : new int[] {0, 3, 15, 17, 32}) {
            assertThat(rig.errno(INFO, Bodies.resized(Bodies.deviceInfo(), bytes)))
                    .isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.errno(INFO, Bodies.words(15, 0, 0, 0))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(INFO, Bodies.deviceInfo(), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 16384, 3",
        "1, 0, 0",
        "2, 0, 0",
        "3, 0, 0",
        "4, 4096, 3",
        "5, 0, 0",
        "6, 0, 0",
        "7, 256, 3",
        "8, 0, 0"
    })
    void shouldSayWhatItsRegionsAre(int index, long bytes, int flags) {
        byte[] b = rig.ask(REGION, Bodies.regionInfo(index)).body();
        assertThat(b).hasSize(32);
        assertThat(LittleEndian.i32(b, 0)).isEqualTo(32);
        assertThat(LittleEndian.i32(b, 4)).isEqualTo(flags);
        assertThat(LittleEndian.i32(b, 8)).isEqualTo(index);
        assertThat(LittleEndian.i64(b, 16)).isEqualTo(bytes);
    }

    @Test
    void shouldAnswerTheSameToAClientWithRoomForCapabilities() {
        byte[] roomy = Bodies.with32(Bodies.resized(Bodies.regionInfo(0), 80), 0, 80);
        assertThat(rig.ask(REGION, roomy).body())
                .isEqualTo(rig.ask(REGION, Bodies.regionInfo(0)).body());
        assertThat(rig.errno(REGION, Bodies.with32(Bodies.regionInfo(0), 0, 80))).isZero();
    }

    @Test
    void shouldAnswerEinvalToARegionThatIsNotThereOrAShortMessage() {
        for (int index : new int[] {9, 10, 1 << 30, 1 << 31, -1}) {
            assertThat(rig.errno(REGION, Bodies.regionInfo(index))).isEqualTo(VfioUser.EINVAL);
        }
        for (int bytes : new int[] {0, 8, 16, 31}) {
            assertThat(rig.errno(REGION, Bodies.resized(Bodies.regionInfo(0), bytes)))
                    .isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.errno(REGION, Bodies.with32(Bodies.regionInfo(0), 0, 31)))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(REGION, Bodies.regionInfo(0), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, 7", "1, 8, 1", "2, 8, 1", "3, 1, 1", "4, 1, 1"})
    void shouldSayWhatItsInterruptsAre(int index, int count, int flags) {
        byte[] b = rig.ask(IRQ, Bodies.irqInfo(index)).body();
        assertThat(b).isEqualTo(Bodies.words(16, flags, index, count));
    }

    @Test
    void shouldAnswerEinvalToAnInterruptThatIsNotThereOrAnotherSize() {
        for (int index : new int[] {5, 6, 1 << 31, -1}) {
            assertThat(rig.errno(IRQ, Bodies.irqInfo(index))).isEqualTo(VfioUser.EINVAL);
        }
        for (int bytes : new int[] {0, 8, 15, 17}) {
            assertThat(rig.errno(IRQ, Bodies.resized(Bodies.irqInfo(0), bytes)))
                    .isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.errno(IRQ, Bodies.words(15, 0, 0, 0))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(IRQ, Bodies.irqInfo(0), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
    }

    @ParameterizedTest
    @CsvSource({"0, 22", "6, 95", "11, 95", "12, 95", "14, 22", "16, 22", "255, 22", "65535, 22"})
    void shouldRefuseCommandsItDoesNotServe(int command, int errno) {
        for (int bytes : new int[] {0, 1, 16, 100_000}) {
            assertThat(rig.errno(command, new byte[bytes])).isEqualTo(errno);
        }
        assertThat(rig.errno(command, new byte[16], Descriptors.event(), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.controller.calls).isEmpty();
    }
}
