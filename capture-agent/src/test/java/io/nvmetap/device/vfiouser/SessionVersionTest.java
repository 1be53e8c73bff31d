package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionVersionTest {
    private final long openBefore = Descriptor.open();
    private final SessionRig rig = new SessionRig();

    @AfterEach
    void closeAll() {
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    @Test
    void shouldAnswerWithVersionZeroAndWhatItCanDo() {
        Message reply = rig.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        assertThat(reply.isReply()).isTrue();
        assertThat(reply.isError()).isFalse();
        assertThat(reply.body()).isEqualTo(Capabilities.OURS.body());
        assertThat(rig.session.negotiated()).isTrue();
        assertThat(rig.session.client().writeMultiple()).isTrue();
    }

    @Test
    void shouldRepeatTheNumberOfTheMessage() {
        Message command =
                new Message(
                        0xFFFF, VfioUser.COMMAND_VERSION, 0, 0, new byte[0], java.util.List.of());
        Message reply = rig.session.handle(command);
        assertThat(reply.id()).isEqualTo(0xFFFF);
        assertThat(reply.command()).isEqualTo(VfioUser.COMMAND_VERSION);
        assertThat(reply.error()).isEqualTo(VfioUser.EINVAL);
    }

    @Test
    void shouldTakeAClientThatSaysNothing() {
        assertThat(rig.errno(VfioUser.COMMAND_VERSION, new byte[4])).isZero();
        assertThat(rig.session.client()).isEqualTo(Capabilities.DEFAULT);
    }

    @Test
    void shouldTakeANewerMinorVersion() {
        byte[] body = Bodies.version(0, 9, "{}");
        assertThat(rig.errno(VfioUser.COMMAND_VERSION, body)).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 0xFFFF})
    void shouldAnswerEnotsupToAnotherMajorVersion(int major) {
        byte[] body = Bodies.version(major, 0, "{}");
        assertThat(rig.errno(VfioUser.COMMAND_VERSION, body)).isEqualTo(VfioUser.ENOTSUP);
        assertThat(rig.session.negotiated()).isFalse();
        assertThat(rig.errno(VfioUser.COMMAND_VERSION, Bodies.version())).isZero();
    }

    @Test
    void shouldAnswerEinvalToBodiesThatAreNone() {
        byte[] good = Bodies.version();
        byte[][] bad = {
            new byte[0],
            new byte[3],
            new byte[5],
            Bodies.resized(good, good.length - 1),
            Bodies.resized(good, good.length + 1),
            new byte[Capabilities.BYTES_MAX + 1],
            Bodies.version(0, 0, "[]"),
        };
        for (byte[] body : bad) {
            assertThat(rig.errno(VfioUser.COMMAND_VERSION, body)).isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.session.negotiated()).isFalse();
    }

    @Test
    void shouldAnswerEinvalToASecondVersionAndKeepTheFirst() {
        rig.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        byte[] other = Bodies.version(0, 0, "{}");
        assertThat(rig.errno(VfioUser.COMMAND_VERSION, other)).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.session.client().writeMultiple()).isTrue();
    }

    @Test
    void shouldAnswerEinvalToAVersionWithADescriptor() {
        int errno = rig.errno(VfioUser.COMMAND_VERSION, Bodies.version(), Descriptors.event());
        assertThat(errno).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.session.negotiated()).isFalse();
    }

    @Test
    void shouldAnswerEinvalToEveryCommandBeforeVersion() {
        byte[][] bodies = new byte[17][];
        bodies[VfioUser.COMMAND_DMA_MAP] = Bodies.map(0, 4096, 3, 0);
        bodies[VfioUser.COMMAND_DMA_UNMAP] = Bodies.unmap(0, 4096, 0);
        bodies[VfioUser.COMMAND_DEVICE_GET_INFO] = Bodies.deviceInfo();
        bodies[VfioUser.COMMAND_DEVICE_GET_REGION_INFO] = Bodies.regionInfo(0);
        bodies[VfioUser.COMMAND_DEVICE_GET_IRQ_INFO] = Bodies.irqInfo(0);
        bodies[VfioUser.COMMAND_DEVICE_SET_IRQS] = Bodies.irqs(0x24, 2, 0, 1);
        bodies[VfioUser.COMMAND_REGION_READ] = Bodies.access(0, 0, 4);
        bodies[VfioUser.COMMAND_REGION_WRITE] = Bodies.write32(0, 0, 1);
        for (int command = 0; command < bodies.length; command++) {
            if (command != VfioUser.COMMAND_VERSION) {
                byte[] body = bodies[command] == null ? new byte[0] : bodies[command];
                assertThat(rig.errno(command, body, Descriptors.file(4096)))
                        .as("command %d", command)
                        .isEqualTo(VfioUser.EINVAL);
            }
        }
        assertThat(rig.controller.calls).isEmpty();
        assertThat(rig.memory.size()).isZero();
    }

    @Test
    void shouldStartAnewAfterTheClientLeft() {
        rig.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        rig.ask(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, 4096, 3, 0), Descriptors.file(4096));
        rig.ask(VfioUser.COMMAND_DEVICE_SET_IRQS, Bodies.irqs(0x24, 2, 0, 1), Descriptors.event());
        rig.ask(VfioUser.COMMAND_REGION_WRITE, Bodies.write32(7, 4, 6));
        rig.controller.calls.clear();
        rig.session.end();
        assertThat(rig.controller.calls).containsExactly("reset MACHINE");
        assertThat(rig.memory.size()).isZero();
        assertThat(Descriptor.open()).isEqualTo(openBefore);
        assertThat(rig.errno(VfioUser.COMMAND_DEVICE_RESET, new byte[0]))
                .isEqualTo(VfioUser.EINVAL);
        rig.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        Message command = rig.ask(VfioUser.COMMAND_REGION_READ, Bodies.access(7, 4, 2));
        assertThat(command.body()[16]).as("command register").isZero();
    }

    @Test
    void shouldNotResetTheFunctionForAClientThatNeverSpoke() {
        rig.session.end();
        assertThat(rig.controller.calls).isEmpty();
    }

    @Test
    void shouldForgetInterruptsThatTheResetItselfCaused() {
        rig.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        rig.controller.onReset = () -> rig.irqs.message(3);
        rig.session.end();
        assertThat(rig.irqs.pendingBits(0)).isZero();
    }

    @Test
    void shouldLetGoOfMemoryEvenIfTheResetFails() {
        rig.ask(VfioUser.COMMAND_VERSION, Bodies.version());
        rig.ask(VfioUser.COMMAND_DMA_MAP, Bodies.map(0, 4096, 3, 0), Descriptors.file(4096));
        rig.controller.onReset =
                () -> {
                    throw new InternalError("a page is gone");
                };
        org.assertj.core.api.Assertions.assertThatThrownBy(rig.session::end)
                .isInstanceOf(InternalError.class);
        assertThat(rig.memory.size()).isZero();
        assertThat(rig.session.negotiated()).isFalse();
    }
}
