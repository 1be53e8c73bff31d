package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionRegionTest {
    private static final int READ = VfioUser.COMMAND_REGION_READ;
    private static final int WRITE = VfioUser.COMMAND_REGION_WRITE;
    private static final int MULTI = VfioUser.COMMAND_REGION_WRITE_MULTI;
    private static final int[] THERE = {0, 4, 7};
    private static final int[] BYTES = {16 << 10, 4096, 256};

    private final long openBefore = Descriptor.open();
    private final SessionRig rig = SessionRig.negotiated();

    @AfterEach
    void closeAll() {
        rig.close();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    @Test
    void shouldReadARegisterAndEchoTheRequest() {
        byte[] b = rig.ask(READ, Bodies.access(0, 0x1C, 4)).body();
        assertThat(b).hasSize(20);
        assertThat(Arrays.copyOf(b, 16)).isEqualTo(Bodies.access(0, 0x1C, 4));
        assertThat(LittleEndian.i32(b, 16)).isEqualTo(0x1C);
        assertThat(rig.controller.calls).containsExactly("read 1c/4");
    }

    @Test
    void shouldWriteARegisterAndEchoTheRequest() {
        byte[] b = rig.ask(WRITE, Bodies.write32(0, 0x1000, 0x80000001)).body();
        assertThat(b).isEqualTo(Bodies.access(0, 0x1000, 4));
        assertThat(rig.controller.calls).containsExactly("write 1000/4=80000001");
    }

    @Test
    void shouldTakeAnyAccessApartIntoTheWidestAlignedOnes() {
        rig.ask(READ, Bodies.access(0, 1, 15));
        assertThat(rig.controller.calls)
                .containsExactly("read 1/1", "read 2/2", "read 4/4", "read 8/8");
        rig.controller.calls.clear();
        rig.ask(WRITE, Bodies.write(0, 6, (byte) 1, (byte) 2, (byte) 3));
        assertThat(rig.controller.calls).containsExactly("write 6/2=201", "write 8/1=3");
        rig.controller.calls.clear();
        rig.ask(WRITE, Bodies.write(0, 0x28, new byte[] {1, 2, 3, 4, 5, 6, 7, -1}));
        assertThat(rig.controller.calls).containsExactly("write 28/8=ff07060504030201");
    }

    @Test
    void shouldReadAWholeRegionAtOnce() {
        for (int i = 0; i < THERE.length; i++) {
            Message reply = rig.ask(READ, Bodies.access(THERE[i], 0, BYTES[i]));
            assertThat(reply.error()).isZero();
            assertThat(reply.body()).hasSize(16 + BYTES[i]);
        }
    }

    @Test
    void shouldAnswerEinvalToAnAccessThatIsNotInside() {
        for (int i = 0; i < THERE.length; i++) {
            long bytes = BYTES[i];
            long[][] bad = {
                {bytes, 1},
                {bytes - 1, 2},
                {0, bytes + 1},
                {0, 0},
                {bytes, 0},
                {-1, 1},
                {-4, 8},
                {Long.MAX_VALUE, 1},
                {Long.MAX_VALUE, 0xFFFF_FFFFL},
                {Long.MIN_VALUE, 4},
                {1L << 32, 4},
                {0, 0x8000_0000L},
                {0, 0xFFFF_FFFFL},
            };
            for (long[] one : bad) {
                byte[] body = Bodies.access(THERE[i], one[0], (int) one[1]);
                assertThat(rig.errno(READ, body))
                        .as("read %x of %d in %d", one[0], one[1], THERE[i])
                        .isEqualTo(VfioUser.EINVAL);
                byte[] write = Bodies.resized(body, 16 + (int) Math.min(one[1], 64));
                assertThat(rig.errno(WRITE, write)).isEqualTo(VfioUser.EINVAL);
                Bodies.One multi = new Bodies.One(THERE[i], one[0], (int) one[1], 0);
                assertThat(rig.errno(MULTI, Bodies.multi(multi))).isEqualTo(VfioUser.EINVAL);
            }
        }
        assertThat(rig.controller.calls).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 6, 8, 9, 255, 1 << 31, -1})
    void shouldAnswerEinvalToARegionThatIsNotThere(int region) {
        assertThat(rig.errno(READ, Bodies.access(region, 0, 1))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(WRITE, Bodies.write32(region, 0, 1))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(MULTI, Bodies.multi(new Bodies.One(region, 0, 4, 1))))
                .isEqualTo(VfioUser.EINVAL);
    }

    @Test
    void shouldAnswerEinvalToMessagesShorterOrLongerThanTheyShouldBe() {
        for (int bytes = 0; bytes < 40; bytes++) {
            if (bytes != 16) {
                assertThat(rig.errno(READ, Bodies.resized(Bodies.access(0, 0, 4), bytes)))
                        .isEqualTo(VfioUser.EINVAL);
            }
            if (bytes != 20) {
                assertThat(rig.errno(WRITE, Bodies.resized(Bodies.write32(0, 0, 1), bytes)))
                        .isEqualTo(VfioUser.EINVAL);
            }
        }
        assertThat(rig.errno(READ, Bodies.access(0, 0, 4), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(WRITE, Bodies.write32(0, 0, 4), Descriptors.event()))
                .isEqualTo(VfioUser.EINVAL);
        assertThat(rig.controller.calls).isEmpty();
    }

    @Test
    void shouldNotReadMoreThanAMessageMayCarry() {
        PciIdentity large = new PciIdentity(1, 2, 3, 4, 5, PciIdentity.CLASS_NVME, 8, 4 << 20);
        try (SessionRig big = SessionRig.negotiated(large)) {
            int most = VfioUser.DATA_BYTES_MAX;
            assertThat(big.ask(READ, Bodies.access(0, 0, most)).body()).hasSize(16 + most);
            assertThat(big.errno(READ, Bodies.access(0, 0, most + 1))).isEqualTo(VfioUser.EINVAL);
        }
    }

    @Test
    void shouldTellOfConfigurationWritesAndKeepThem() {
        rig.ask(WRITE, Bodies.write32(7, 4, 0x0406));
        rig.ask(WRITE, Bodies.write(7, 0x10, new byte[] {0, 0, 0, 1, 2, 0, 0, 0}));
        assertThat(rig.controller.calls)
                .containsExactly("config 4/4", "config 10/4", "config 14/4");
        byte[] b = rig.ask(READ, Bodies.access(7, 0x10, 8)).body();
        assertThat(LittleEndian.i64(b, 16)).isEqualTo(0x2_0100_0004L);
    }

    @Test
    void shouldResetTheFunctionWhenConfigurationAsks() {
        rig.ask(WRITE, Bodies.write32(7, 4, 0x0406));
        rig.controller.calls.clear();
        rig.ask(WRITE, Bodies.write(7, 0x78, (byte) 0x10, (byte) 0xA8));
        assertThat(rig.controller.calls).containsExactly("config 78/2", "reset FUNCTION_LEVEL");
        byte[] b = rig.ask(READ, Bodies.access(7, 4, 4)).body();
        assertThat(LittleEndian.u16(b, 16)).isZero();
    }

    @Test
    void shouldPassTheTableToTheController() {
        rig.ask(WRITE, Bodies.write32(4, 12, 0));
        rig.ask(READ, Bodies.access(4, 12, 4));
        assertThat(rig.controller.calls).containsExactly("msix c=0", "msix read c/4");
        rig.controller.calls.clear();
        rig.ask(WRITE, Bodies.write32(4, 8 * 16, 1));
        rig.ask(WRITE, Bodies.write32(4, 2048, 1));
        assertThat(rig.controller.calls).as("beyond the table").isEmpty();
    }

    @Test
    void shouldShowPendingBitsBehindTheTable() {
        rig.irqs.message(1);
        rig.irqs.message(7);
        byte[] b = rig.ask(READ, Bodies.access(4, 2048, 8)).body();
        assertThat(LittleEndian.i64(b, 16)).isEqualTo(0x82);
        assertThat(rig.ask(READ, Bodies.access(4, 2048, 1)).body()[16]).isEqualTo((byte) 0x82);
        b = rig.ask(READ, Bodies.access(4, 8 * 16, 8)).body();
        assertThat(LittleEndian.i64(b, 16)).as("between table and bits").isZero();
    }

    @Test
    void shouldDoManyWritesInOrder() {
        byte[] body =
                Bodies.multi(
                        new Bodies.One(0, 0x1000, 4, 1),
                        new Bodies.One(7, 4, 2, 6),
                        new Bodies.One(0, 0x28, 8, 0x1122334455667788L),
                        new Bodies.One(0, 0x1000, 4, 2));
        byte[] b = rig.ask(MULTI, body).body();
        assertThat(b).hasSize(8);
        assertThat(LittleEndian.i64(b, 0)).isEqualTo(4);
        assertThat(rig.controller.calls)
                .containsExactly(
                        "write 1000/4=1",
                        "config 4/2",
                        "write 28/8=1122334455667788",
                        "write 1000/4=2");
    }

    @Test
    void shouldDoNoneOfManyWritesIfOneIsWrong() {
        byte[] body =
                Bodies.multi(new Bodies.One(0, 0x1000, 4, 1), new Bodies.One(0, 16 << 10, 4, 1));
        assertThat(rig.errno(MULTI, body)).isEqualTo(VfioUser.EINVAL);
        byte[] wide = Bodies.multi(new Bodies.One(0, 0, 4, 1), new Bodies.One(0, 0, 9, 1));
        assertThat(rig.errno(MULTI, wide)).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.controller.calls).isEmpty();
    }

    @Test
    void shouldTakeManyWritesUpToTheBound() {
        Bodies.One[] most = new Bodies.One[ServerSession.MULTI_MAX];
        Arrays.fill(most, new Bodies.One(0, 0x1000, 4, 1));
        assertThat(rig.errno(MULTI, Bodies.multi(most))).isZero();
        assertThat(rig.controller.calls).hasSize(ServerSession.MULTI_MAX);
        Bodies.One[] more = Arrays.copyOf(most, most.length + 1);
        more[most.length] = most[0];
        assertThat(rig.errno(MULTI, Bodies.multi(more))).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.errno(MULTI, Bodies.multi())).as("none at all").isZero();
    }

    @Test
    void shouldAnswerEinvalToManyWritesWithAWrongCountOrSize() {
        byte[] good = Bodies.multi(new Bodies.One(0, 0, 4, 1));
        for (long count : new long[] {0, 2, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 61}) {
            byte[] body = good.clone();
            LittleEndian.put64(body, 0, count);
            assertThat(rig.errno(MULTI, body)).as("%d", count).isEqualTo(VfioUser.EINVAL);
        }
        for (int bytes : new int[] {0, 7, 8, 31, 33, 56}) {
            assertThat(rig.errno(MULTI, Bodies.resized(good, bytes))).isEqualTo(VfioUser.EINVAL);
        }
        assertThat(rig.errno(MULTI, good, Descriptors.event())).isEqualTo(VfioUser.EINVAL);
        assertThat(rig.controller.calls).isEmpty();
    }

    @Test
    void shouldAnswerEfaultWhenTheControllerHitsMissingMemory() {
        rig.controller.onWrite =
                value -> {
                    throw new MemoryFault(value, 4);
                };
        assertThat(rig.errno(WRITE, Bodies.write32(0, 0, 1))).isEqualTo(VfioUser.EFAULT);
    }
}
