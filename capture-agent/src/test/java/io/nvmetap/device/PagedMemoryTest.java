package io.nvmetap.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PagedMemoryTest {
    private static final long BASE = 0x10000;

    private final PagedMemory memory = new PagedMemory(BASE, 0x10000);

    @Test
    void shouldReadZerosWithoutKeepingPages() {
        assertThat(memory.readLong(BASE + 8)).isZero();
        assertThat(memory.residentPages()).isZero();
    }

    @Test
    void shouldGiveBackWhatWasWrittenAtAnyAlignment() {
        SplittableRandom random = new SplittableRandom(1);
        byte[] mirror = new byte[0x10000];
        for (int round = 0; round < 2000; round++) {
            int at = random.nextInt(mirror.length - 100);
            byte[] bytes = new byte[random.nextInt(100)];
            random.nextBytes(bytes);
            memory.write(BASE + at, bytes, 0, bytes.length);
            System.arraycopy(bytes, 0, mirror, at, bytes.length);
            int word = random.nextInt(mirror.length - 8);
            byte[] read = new byte[8];
            memory.read(BASE + word, read, 0, 8);
            assertThat(read).containsExactly(java.util.Arrays.copyOfRange(mirror, word, word + 8));
            long value = io.nvmetap.nvme.LittleEndian.i64(mirror, word);
            assertThat(memory.readLong(BASE + word)).isEqualTo(value);
            assertThat(memory.readInt(BASE + word)).isEqualTo((int) value);
        }
    }

    @Test
    void shouldStoreWordsAtAnyAlignment() {
        for (int at = 0; at < 16; at++) {
            memory.writeInt(BASE + 4090 + at, 0x11223344);
            assertThat(memory.readInt(BASE + 4090 + at)).isEqualTo(0x11223344);
            memory.writeLong(BASE + 8180 + at, 0x1122334455667788L);
            assertThat(memory.readLong(BASE + 8180 + at)).isEqualTo(0x1122334455667788L);
        }
    }

    @Test
    void shouldKeepNeighboursOfAnInt() {
        memory.writeLong(BASE, -1);
        memory.writeInt(BASE + 4, 0);
        assertThat(memory.readLong(BASE)).isEqualTo(0xFFFF_FFFFL);
    }

    @Test
    void shouldFaultOutsideItsRanges() {
        assertThatThrownBy(() -> memory.readInt(BASE - 4)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> memory.writeLong(BASE + 0x10000 - 4, 1))
                .isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> memory.read(-8, new byte[8], 0, 8))
                .isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> memory.read(Long.MAX_VALUE - 3, new byte[8], 0, 8))
                .isInstanceOf(MemoryFault.class);
        assertThat(memory.contains(BASE, 0x10001)).isFalse();
    }

    @Test
    void shouldCrossFromOneRangeIntoItsNeighbour() {
        memory.addRange(BASE + 0x10000, 0x1000);
        memory.writeLong(BASE + 0x10000 - 4, 0x0102030405060708L);
        assertThat(memory.readLong(BASE + 0x10000 - 4)).isEqualTo(0x0102030405060708L);
        assertThat(memory.contains(BASE, 0x11000)).isTrue();
    }

    @Test
    void shouldRefuseRangesThatOverlapOrAreMisaligned() {
        assertThatThrownBy(() -> memory.addRange(BASE + 0x1000, 0x1000))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> memory.addRange(0x100, 0x1000))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> memory.addRange(1L << 50, PagedMemory.DECLARED_BYTES_MAX))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldFaultWhenTheBoundOfResidentPagesIsReached() {
        PagedMemory small = new PagedMemory(2);
        small.addRange(0, 1L << 30);
        small.writeInt(0, 1);
        small.writeInt(1 << 20, 1);
        assertThatThrownBy(() -> small.writeInt(2 << 20, 1)).isInstanceOf(MemoryFault.class);
        small.writeInt(4, 2);
        assertThat(small.readInt(2 << 20)).isZero();
    }

    @Test
    void shouldRefuseMoreRangesThanItsBound() {
        PagedMemory many = new PagedMemory();
        for (long i = 0; i < PagedMemory.RANGES_MAX; i++) {
            many.addRange(i * 0x2000, 0x1000);
        }
        assertThatThrownBy(() -> many.addRange(1L << 40, 0x1000))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotLoseStoresOfThreadsToOneWord() throws InterruptedException {
        Thread other =
                new Thread(
                        () -> {
                            for (int i = 1; i <= 100_000; i++) {
                                memory.writeInt(BASE + 4, i);
                            }
                        });
        other.start();
        for (int i = 1; i <= 100_000; i++) {
            memory.writeInt(BASE, i);
            assertThat(memory.readInt(BASE)).isEqualTo(i);
        }
        other.join();
        assertThat(memory.readInt(BASE + 4)).isEqualTo(100_000);
    }
}
