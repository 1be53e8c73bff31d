package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SessionDmaTest {
    private static final int MAP = VfioUser.COMMAND_DMA_MAP;
    private static final int UNMAP = VfioUser.COMMAND_DMA_UNMAP;
    private static final int PAGE = 4096;

    private final long openBefore = Descriptor.open();
    private final SessionRig rig = SessionRig.negotiated();

    @AfterEach
    void closeAll() {
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    @Test
    void shouldMapWithADescriptor() {
        Message reply =
                rig.ask(MAP, Bodies.map(0x10000, PAGE, 3, PAGE), Descriptors.file(2 * PAGE));
        assertThat(reply.error()).isZero();
        assertThat(reply.body()).isEmpty();
        rig.memory.writeInt(0x10000, 7);
        assertThat(rig.memory.readInt(0x10000)).isEqualTo(7);
    }

    @Test
    void shouldMapWithoutADescriptor() {
        assertThat(rig.errno(MAP, Bodies.map(0, PAGE, 3, 0))).isZero();
        assertThat(rig.memory.contains(0, PAGE)).isTrue();
    }

    @Test
    void shouldAnswerEinvalToAMapOfAnotherSize() {
        byte[] good = Bodies.map(0, PAGE, 3, 0);
        for (int bytes = 0; bytes < 64; bytes++) {
            int expected = bytes == good.length ? 0 : VfioUser.EINVAL;
            assertThat(rig.errno(MAP, Bodies.resized(good, bytes), Descriptors.file(PAGE)))
                    .as("%d bytes", bytes)
                    .isEqualTo(expected);
        }
        assertThat(rig.memory.size()).isEqualTo(1);
    }

    @Test
    void shouldAnswerEinvalToAMapThatSaysItIsShorter() {
        for (int said : new int[] {0, 1, 31}) {
            byte[] body = Bodies.with32(Bodies.map(0, PAGE, 3, 0), 0, said);
            assertThat(rig.errno(MAP, body, Descriptors.file(PAGE))).isEqualTo(VfioUser.EINVAL);
        }
        byte[] more = Bodies.with32(Bodies.map(0, PAGE, 3, 0), 0, 4096);
        assertThat(rig.errno(MAP, more, Descriptors.file(PAGE))).isZero();
    }

    @Test
    void shouldAnswerEinvalToAMapWithTwoDescriptors() {
        byte[] body = Bodies.map(0, PAGE, 3, 0);
        assertThat(rig.errno(MAP, body, Descriptors.file(PAGE), Descriptors.file(PAGE)))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.memory.size()).isZero();
    }

    @Test
    void shouldAnswerEinvalToAMapThatCannotBe() {
        rig.ask(MAP, Bodies.map(0x10000, 4 * PAGE, 3, 0));
        byte[][] bad = {
            Bodies.map(0x10000, 4 * PAGE, 3, 0),
            Bodies.map(0xF000, 2 * PAGE, 3, 0),
            Bodies.map(0x13000, PAGE, 1, 0),
            Bodies.map(0, PAGE, 3, 1),
            Bodies.map(0, 2 * PAGE, 3, 0),
            Bodies.map(0, PAGE, 3, -PAGE),
            Bodies.map(0, PAGE, 3, Long.MAX_VALUE - PAGE + 1),
            Bodies.map(-PAGE, PAGE, 3, 0),
            Bodies.map(-PAGE, 2 * PAGE, 3, 0),
            Bodies.map(PAGE, -PAGE, 3, 0),
            Bodies.map(0, 0, 3, 0),
            Bodies.map(1, PAGE, 3, 0),
            Bodies.map(0, PAGE, 0, 0),
            Bodies.map(0, PAGE, 0xFFFF_FFFF, 0),
        };
        for (byte[] body : bad) {
            assertThat(rig.errno(MAP, body, Descriptors.file(PAGE))).isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.memory.size()).isEqualTo(1);
    }

    @Test
    void shouldAnswerEioToAMapOfWhatIsNoMemory() {
        assertThat(rig.errno(MAP, Bodies.map(0, PAGE, 3, 0), Descriptors.event()))
                .isEqualTo(VfioUser.EIO);
    }

    @Test
    void shouldUnmapAndEchoTheRequest() {
        rig.ask(MAP, Bodies.map(0, PAGE, 3, 0), Descriptors.file(PAGE));
        byte[] body = Bodies.unmap(0, PAGE, 0);
        Message reply = rig.ask(UNMAP, body);
        assertThat(reply.error()).isZero();
        assertThat(reply.body()).isEqualTo(body);
        assertThat(rig.memory.size()).isZero();
        assertThat(Descriptor.open()).isEqualTo(openBefore);
    }

    @Test
    void shouldMapTheSameRangeAgainWithOtherFlags() {
        for (int flags = 1; flags <= 3; flags++) {
            assertThat(rig.errno(MAP, Bodies.map(0, PAGE, flags, 0), Descriptors.file(PAGE)))
                    .isZero();
            assertThat(rig.errno(UNMAP, Bodies.unmap(0, PAGE, 0))).isZero();
        }
    }

    @Test
    void shouldAnswerEnoentToAnUnmapOfWhatIsNotThereOrOnlyPartly() {
        rig.ask(MAP, Bodies.map(0x10000, 4 * PAGE, 3, 0));
        long[][] bad = {
            {0, PAGE}, {0x10000, PAGE}, {0x11000, PAGE}, {0x10000, 5 * PAGE}, {0, 0}, {-1, -1}
        };
        for (long[] range : bad) {
            assertThat(rig.errno(UNMAP, Bodies.unmap(range[0], range[1], 0)))
                    .isEqualTo(VfioUser.ENOENT);
        }
        assertThat(rig.memory.size()).isEqualTo(1);
    }

    @Test
    void shouldUnmapEverythingOnRequest() {
        rig.ask(MAP, Bodies.map(0, PAGE, 3, 0), Descriptors.file(PAGE));
        rig.ask(MAP, Bodies.map(PAGE, PAGE, 3, 0));
        assertThat(rig.errno(UNMAP, Bodies.unmap(0, PAGE, 2))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(UNMAP, Bodies.unmap(PAGE, 0, 2))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.memory.size()).isEqualTo(2);
        assertThat(rig.errno(UNMAP, Bodies.unmap(0, 0, 2))).isZero();
        assertThat(rig.memory.size()).isZero();
    }

    @Test
    void shouldSayThatItServesNoDirtyBitmap() {
        rig.ask(MAP, Bodies.map(0, PAGE, 3, 0));
        assertThat(rig.errno(UNMAP, Bodies.unmap(0, PAGE, 1))).isEqualTo(VfioUser.ENOTSUP);
        assertThat(rig.errno(UNMAP, Bodies.unmap(0, PAGE, 3))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(UNMAP, Bodies.unmap(0, PAGE, 1 << 31))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.memory.size()).isEqualTo(1);
    }

    @Test
    void shouldAnswerEinvalToAnUnmapOfAnotherSizeOrWithADescriptor() {
        rig.ask(MAP, Bodies.map(0, PAGE, 3, 0));
        byte[] good = Bodies.unmap(0, PAGE, 0);
        for (int bytes : new int[] {0, 4, 23, 25, 40}) {
            assertThat(rig.errno(UNMAP, Bodies.resized(good, bytes))).isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.errno(UNMAP, Bodies.with32(good, 0, 23))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(UNMAP, good, Descriptors.file(PAGE))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.memory.size()).isEqualTo(1);
    }
}
