package io.nvmetap.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;

/** Memory of a tap that is what it should be, and memory that is not. */
class SharedRingsTest {
    private static final int RINGS = 2;
    private static final int RING_BYTES = 4096;
    private static final int BYTES = 1024 + RINGS * (256 + RING_BYTES);

    private final ByteBuffer bytes =
            ByteBuffer.allocateDirect(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final UnsafeBuffer memory = new UnsafeBuffer(bytes);

    SharedRingsTest() {
        bytes.putLong(0, SharedRings.MAGIC).putInt(8, 1).putInt(12, 1024);
        bytes.putInt(16, RINGS).putInt(20, RING_BYTES);
    }

    @Test
    void shouldTakeFramesByTicketAndGiveTheirRoomBack() {
        put(0, 0, Frames.doorbell(5, 1));
        put(1, 0, Frames.doorbell(4, 2));
        SharedRings rings = SharedRings.open(memory);
        List<Long> orders = new ArrayList<>();
        assertThat(rings.take(f -> orders.add(f.order()), 10)).isEqualTo(2);
        assertThat(orders).containsExactly(4L, 5L);
        assertThat(bytes.getInt(1024 + 128)).isEqualTo(56);
        for (int at = data(0); at < BYTES; at++) {
            assertThat(bytes.get(at)).isZero();
        }
    }

    @Test
    void shouldGoOverPaddingAndStopAtWhatIsNotWhole() {
        bytes.putLong(1024 + 128, RING_BYTES - 32);
        bytes.putInt(data(0) + RING_BYTES - 32, SharedRings.PADDING | 32);
        put(0, 0, Frames.doorbell(1, 1));
        SharedRings rings = SharedRings.open(memory);
        assertThat(rings.take(f -> assertThat(f.order()).isEqualTo(1), 10)).isEqualTo(1);
        put(0, 56, Frames.doorbell(2, 1));
        bytes.putInt(data(0) + 56, 0);
        assertThat(rings.take(f -> {}, 10)).isZero();
    }

    @Test
    void shouldRefuseMemoryThatIsNotWholeOrOfAnotherLayout() {
        for (int[] wrong :
                new int[][] {
                    {0, 1},
                    {8, 2},
                    {12, 512},
                    {16, 0},
                    {16, 1025},
                    {16, 3},
                    {20, 5000},
                    {20, 1 << 30},
                    {20, 2048},
                    {20, 8192},
                    {16, Integer.MIN_VALUE}
                }) {
            int before = bytes.getInt(wrong[0]);
            bytes.putInt(wrong[0], wrong[1]);
            assertThatThrownBy(() -> SharedRings.open(memory))
                    .as("%d at %d", wrong[1], wrong[0])
                    .isInstanceOf(IllegalArgumentException.class);
            bytes.putInt(wrong[0], before);
        }
        assertThatThrownBy(() -> SharedRings.open(new UnsafeBuffer(new byte[100])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldHaveOneReaderAndTakeOverFromOneThatDied() {
        SharedRings rings = SharedRings.open(memory);
        assertThat(rings.lock(100, pid -> true)).isZero();
        assertThat(rings.lock(200, pid -> true)).isEqualTo(100);
        assertThat(rings.lock(200, pid -> pid != 100)).isZero();
        rings.unlock();
        assertThat(rings.lock(300, pid -> true)).isZero();
    }

    @Test
    void shouldTouchNothingOutsideWhateverTheMemoryHolds() {
        for (long seed = 1; seed <= 2_000; seed++) {
            Random random = new Random(seed);
            for (int at = 1024; at < BYTES; at += 4) {
                int v = random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(200) & ~7;
                bytes.putInt(at, v);
            }
            SharedRings rings = SharedRings.open(memory);
            TapTranslator translator = new TapTranslator(e -> {}, () -> 1, () -> 1, () -> 1);
            try {
                rings.take(translator::accept, 10_000);
            } catch (IllegalStateException | TapVersionException refused) {
                // Said what is wrong; anything else is a failure of this test.
                continue;
            }
        }
    }

    private static int data(int ring) {
        return 1024 + RINGS * 256 + ring * RING_BYTES;
    }

    private void put(int ring, int at, byte[] frame) {
        int to = data(ring) + at;
        for (int i = 0; i < frame.length; i++) {
            bytes.put(to + i, frame[i]);
        }
        bytes.putInt(to, frame.length + 7 & ~7);
    }
}
