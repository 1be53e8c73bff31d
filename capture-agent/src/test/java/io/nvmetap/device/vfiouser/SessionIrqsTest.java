package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.nvme.LittleEndian;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIrqsTest {
    private static final int SET = VfioUser.COMMAND_DEVICE_SET_IRQS;
    private static final int WRITE = VfioUser.COMMAND_REGION_WRITE;
    private static final int EVENT = 0x24;
    private static final int SIGNAL = 0x21;
    private static final int BOOL = 0x22;
    private static final int UNMASK = 0x11;
    private static final int MASK = 0x09;

    private final long openBefore = Descriptor.open();
    private final SessionRig rig = SessionRig.negotiated();

    @AfterEach
    void closeAll() {
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    @ParameterizedTest
    @CsvSource({"0, INTX", "1, MSI", "2, MSIX"})
    void shouldAttachSignalAndDisable(int index, String mode) {
        Descriptor[] event = rig.event();
        Message reply = rig.ask(SET, Bodies.irqs(EVENT, index, 0, 1), event[1]);
        assertThat(reply.error()).isZero();
        assertThat(reply.body()).isEmpty();
        assertThat(rig.errno(SET, Bodies.irqs(SIGNAL, index, 0, 1))).isZero();
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
        assertThat(rig.errno(SET, Bodies.irqs(BOOL, index, 0, 1, 1))).isZero();
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
        assertThat(rig.errno(SET, Bodies.irqs(BOOL, index, 0, 1, 0))).isZero();
        assertThat(Descriptors.signals(event[0])).isZero();
        if (index != 0) {
            assertThat(rig.controller.calls).contains("mode " + mode);
        }
        assertThat(rig.errno(SET, Bodies.irqs(SIGNAL, index, 0, 0))).isZero();
        assertThat(Descriptor.open()).as("ours alone").isEqualTo(openBefore + 1);
        if (index != 0) {
            assertThat(rig.controller.calls).contains("mode INTX");
        }
    }

    @Test
    void shouldUnmaskTheVectorsAClientAttaches() {
        Descriptor[] event = rig.event();
        assertThat(rig.errno(SET, Bodies.irqs(EVENT, 2, 3, 1), event[1])).isZero();
        assertThat(rig.controller.calls)
                .containsExactly("mode MSIX", "msix 3c=0", "msix read 3c/4");
        rig.controller.calls.clear();
        assertThat(rig.errno(SET, Bodies.irqs(EVENT, 2, 3, 1))).isZero();
        assertThat(rig.controller.calls).containsExactly("mode INTX", "msix 3c=1");
    }

    @Test
    void shouldLeaveTheMasksToAClientThatWritesTheTable() {
        rig.ask(WRITE, Bodies.write32(4, 12, 0));
        rig.controller.calls.clear();
        assertThat(rig.errno(SET, Bodies.irqs(EVENT, 2, 0, 1), rig.event()[1])).isZero();
        assertThat(rig.controller.calls).containsExactly("mode MSIX");
    }

    @Test
    void shouldAttachSeveralVectorsWithOneMessage() {
        Descriptor[] a = rig.event();
        Descriptor[] b = rig.event();
        assertThat(rig.errno(SET, Bodies.irqs(EVENT, 2, 6, 2), a[1], b[1])).isZero();
        rig.irqs.message(7);
        assertThat(Descriptors.signals(a[0])).isZero();
        assertThat(Descriptors.signals(b[0])).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4})
    void shouldAnswerEinvalToDescriptorsThatDoNotFitTheirCount(int index) {
        Descriptor two = Descriptors.event();
        assertThat(rig.errno(SET, Bodies.irqs(EVENT, index, 0, 1), Descriptors.event(), two))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(SET, Bodies.irqs(EVENT, index, 0, 0), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(SET, Bodies.irqs(SIGNAL, index, 0, 1), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(SET, Bodies.irqs(SIGNAL, index, 0, 0), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(SET, Bodies.irqs(BOOL, index, 0, 1, 1), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(Descriptor.open()).isEqualTo(openBefore);
    }

    @Test
    void shouldAnswerEinvalToRangesBeyondAnIndex() {
        int[][] bad = {
            {0, 0, 2},
            {0, 1, 1},
            {1, 8, 1},
            {2, 8, 1},
            {2, 0, 9},
            {2, -1, 1},
            {2, 0, -1},
            {2, -1, 2},
            {2, 1, -1},
            {3, 1, 1},
            {5, 0, 1},
            {-1, 0, 1}
        };
        for (int[] one : bad) {
            byte[] body = Bodies.irqs(SIGNAL, one[0], one[1], one[2]);
            assertThat(rig.errno(SET, body)).isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.controller.calls).isEmpty();
    }

    @Test
    void shouldAnswerEinvalToAShortMessage() {
        byte[] good = Bodies.irqs(EVENT, 2, 0, 1);
        for (int bytes = 0; bytes < 20; bytes++) {
            assertThat(rig.errno(SET, Bodies.resized(good, bytes), Descriptors.event()))
                    .isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.errno(SET, Bodies.with32(good, 0, 19), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(SET, Bodies.irqs(BOOL, 2, 0, 3, 1, 1))).isEqualTo(VfioUser.EINVAL);
    }

    @Test
    void shouldAnswerEinvalToMasksOfMessages() {
        for (int index = 1; index < 5; index++) {
            assertThat(rig.errno(SET, Bodies.irqs(MASK, index, 0, 1))).isEqualTo(VfioUser.EINVAL);
            assertThat(rig.errno(SET, Bodies.irqs(UNMASK, index, 0, 1))).isEqualTo(VfioUser.EINVAL);
        }
    }

    @Test
    void shouldSignalTheLineAgainAtEachUnmaskWhileItIsUp() {
        Descriptor[] event = rig.event();
        rig.ask(SET, Bodies.irqs(EVENT, 0, 0, 1), event[1]);
        rig.irqs.line(true);
        for (int i = 0; i < 3; i++) {
            assertThat(Descriptors.signals(event[0])).isEqualTo(1);
            assertThat(rig.errno(SET, Bodies.irqs(UNMASK, 0, 0, 1))).isZero();
        }
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
        byte[] status = rig.ask(VfioUser.COMMAND_REGION_READ, Bodies.access(7, 6, 2)).body();
        assertThat(LittleEndian.u16(status, 16) & 8).as("interrupt status").isEqualTo(8);
    }

    @Test
    void shouldKeepTheLineQuietWhileTheCommandRegisterSaysSo() {
        Descriptor[] event = rig.event();
        rig.ask(SET, Bodies.irqs(EVENT, 0, 0, 1), event[1]);
        rig.ask(WRITE, Bodies.write(7, 4, (byte) 6, (byte) 4));
        rig.irqs.line(true);
        assertThat(Descriptors.signals(event[0])).isZero();
        rig.ask(WRITE, Bodies.write(7, 4, (byte) 6, (byte) 0));
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
    }

    @Test
    void shouldKeepDescriptorsAcrossResetsAndSaySoToTheController() {
        Descriptor[] event = rig.event();
        rig.ask(SET, Bodies.irqs(EVENT, 2, 1, 1), event[1]);
        rig.ask(WRITE, Bodies.write32(7, 4, 6));
        rig.controller.calls.clear();
        Message reply = rig.ask(VfioUser.COMMAND_DEVICE_RESET, Bodies.NONE);
        assertThat(reply.error()).isZero();
        assertThat(reply.body()).isEmpty();
        assertThat(rig.controller.calls)
                .containsExactly("reset MACHINE", "mode MSIX", "msix 1c=0", "msix read 1c/4");
        rig.controller.calls.clear();
        rig.ask(WRITE, Bodies.write32(7, 0x78, 0x8000));
        assertThat(rig.controller.calls)
                .containsExactly(
                        "config 78/4",
                        "reset FUNCTION_LEVEL",
                        "mode MSIX",
                        "msix 1c=0",
                        "msix read 1c/4");
        rig.irqs.message(1);
        assertThat(Descriptors.signals(event[0])).isEqualTo(1);
    }

    @Test
    void shouldAnswerEinvalToAResetWithABodyOrADescriptor() {
        assertThat(rig.errno(VfioUser.COMMAND_DEVICE_RESET, new byte[1]))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(VfioUser.COMMAND_DEVICE_RESET, Bodies.NONE, Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.controller.calls).isEmpty();
    }
}
