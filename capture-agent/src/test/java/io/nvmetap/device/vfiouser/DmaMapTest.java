package io.nvmetap.device.vfiouser;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.device.SharedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class DmaMapTest {
    private static final int READ = VfioUser.DMA_READABLE;
    private static final int BOTH = VfioUser.DMA_READABLE | VfioUser.DMA_WRITABLE;
    private static final int PAGE = 4096;
    private static final long GIB = 1L << 30;

    private final long openBefore = Descriptor.open();
    private final PagedMemory asked = new PagedMemory(0, 1 << 20);
    private final DmaMap map =
            new DmaMap(
                    new DmaMap.Remote() {
                        @Override
                        public void read(long address, byte[] target, int at, int count) {
                            asked.read(address, target, at, count);
                        }

                        @Override
                        public void write(long address, byte[] source, int from, int count) {
                            asked.write(address, source, from, count);
                        }
                    });

    @AfterEach
    void closeAll() {
        map.close();
        assertThat(map.size()).isZero();
        assertThat(Descriptor.open()).as("descriptors left open").isEqualTo(openBefore);
    }

    private int map(long address, long bytes, Descriptor file, long fileOffset) {
        return map.map(address, bytes, BOTH, file, fileOffset);
    }

    @Test
    void shouldAnswerEinvalForARangeThatCannotBe() {
        long[][] bad = {
            {0, 0},
            {0, -PAGE},
            {1, PAGE},
            {0, PAGE + 1},
            {512, PAGE},
            {-PAGE, PAGE},
            {Long.MIN_VALUE, PAGE},
            {Long.MAX_VALUE - PAGE + 1, PAGE},
            {PAGE, Long.MAX_VALUE - PAGE + 1},
            {0, Long.MIN_VALUE},
        };
        for (long[] range : bad) {
            assertThat(map(range[0], range[1], Descriptors.file(PAGE), 0))
                    .as("%x, %x", range[0], range[1])
                    .isEqualTo(VfioUser.EINVAL);
        }
        assertThat(map.size()).isZero();
    }

    @Test
    void shouldAnswerEinvalForFlagsItDoesNotKnowOrNone() {
        for (int flags : new int[] {0, 4, 7, 1 << 31 | 3, -1}) {
            assertThat(map.map(0, PAGE, flags, null, 0))
                    .as("flags %x", flags)
                    .isEqualTo(VfioUser.EINVAL);
        }
    }

    @Test
    void shouldAnswerEinvalForRangesThatOverlap() {
        assertThat(map(8 * PAGE, 4 * PAGE, null, 0)).isZero();
        long[][] bad = {{8, 4}, {8, 1}, {11, 1}, {9, 2}, {7, 2}, {11, 2}, {0, 100}, {7, 6}};
        for (long[] range : bad) {
            assertThat(map(range[0] * PAGE, range[1] * PAGE, Descriptors.file(PAGE), 0))
                    .isEqualTo(VfioUser.EINVAL);
        }
        assertThat(map(7 * PAGE, PAGE, null, 0)).isZero();
        assertThat(map(12 * PAGE, PAGE, null, 0)).isZero();
        assertThat(map.size()).isEqualTo(3);
    }

    @Test
    void shouldAnswerEinvalForARangeBeyondItsFile() {
        long[][] bad = {
            {PAGE, 1}, {2 * PAGE, PAGE}, {PAGE, Long.MAX_VALUE}, {PAGE, -1}, {PAGE, Long.MIN_VALUE}
        };
        for (long[] one : bad) {
            assertThat(map(0, one[0], Descriptors.file(PAGE), one[1])).isEqualTo(VfioUser.EINVAL);
        }
        assertThat(map(0, PAGE, Descriptors.file(PAGE), 0)).isZero();
    }

    @Test
    @Timeout(20)
    void shouldAnswerEioForADescriptorThatIsNoMemory() throws IOException {
        assertThat(map(0, PAGE, Descriptors.event(), 0)).isEqualTo(VfioUser.EIO);
        Descriptor[] pipe = TestLinux.pipe();
        assertThat(map(0, PAGE, pipe[1], 0)).isEqualTo(VfioUser.EIO);
        assertThat(map.map(0, PAGE, READ, pipe[0], 0)).isEqualTo(VfioUser.EIO);
        assertThat(map(0, PAGE, Descriptors.file(0), 0)).isEqualTo(VfioUser.EIO);
    }

    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void shouldNotWaitForANamedPipeThatNobodyWrites(@TempDir Path folder) throws IOException {
        Descriptor pipe = TestLinux.namedPipe(folder.resolve("pipe"));
        int[] errno = {-1};
        Thread mapper = new Thread(() -> errno[0] = map.map(0, PAGE, READ, pipe, 0));
        mapper.setDaemon(true);
        mapper.start();
        assertThat(Descriptors.eventually(() -> !mapper.isAlive())).isTrue();
        assertThat(errno[0]).isEqualTo(VfioUser.EIO);
    }

    @Test
    void shouldAnswerEnoentForWhatWasNotMappedSo() {
        assertThat(map(8 * PAGE, 4 * PAGE, null, 0)).isZero();
        long[][] bad = {{8, 3}, {8, 5}, {9, 1}, {9, 3}, {0, 0}, {8, 0}, {12, 4}, {8, -4}};
        for (long[] range : bad) {
            assertThat(map.unmap(range[0] * PAGE, range[1] * PAGE)).isEqualTo(VfioUser.ENOENT);
        }
        assertThat(map.unmap(8 * PAGE, 4 * PAGE)).isZero();
        assertThat(map.unmap(8 * PAGE, 4 * PAGE)).isEqualTo(VfioUser.ENOENT);
    }

    @Test
    void shouldAnswerEnospcAtItsBoundOfRanges() {
        for (long i = 0; i < DmaMap.RANGES_MAX; i++) {
            assertThat(map(2 * i * PAGE, PAGE, null, 0)).isZero();
        }
        assertThat(map(1L << 40, PAGE, Descriptors.file(PAGE), 0)).isEqualTo(VfioUser.ENOSPC);
        assertThat(map.unmap(0, PAGE)).isZero();
        assertThat(map(1L << 40, PAGE, null, 0)).isZero();
    }

    @Test
    void shouldAnswerEnospcAtItsBoundOfFiles() {
        for (long i = 0; i < DmaMap.FILES_MAX; i++) {
            assertThat(map(2 * i * PAGE, PAGE, Descriptors.file(PAGE), 0)).isZero();
        }
        assertThat(map(1L << 40, PAGE, Descriptors.file(PAGE), 0)).isEqualTo(VfioUser.ENOSPC);
        assertThat(map.unmap(0, PAGE)).isZero();
        assertThat(map(1L << 40, PAGE, Descriptors.file(PAGE), 0)).isZero();
    }

    @Test
    void shouldAnswerEnospcAtItsBoundOfMappedBytes() {
        long most = DmaMap.MAPPED_BYTES_MAX;
        assertThat(map(0, PAGE, Descriptors.file(most / 2), 0)).isZero();
        assertThat(map(PAGE, PAGE, Descriptors.file(most / 2 + PAGE), 0))
                .isEqualTo(VfioUser.ENOSPC);
        assertThat(map.unmap(0, PAGE)).isZero();
        assertThat(map(PAGE, PAGE, Descriptors.file(most / 2 + PAGE), 0)).isZero();
    }

    @Test
    void shouldShareItsBytesWithTheFile() {
        Descriptor file = Descriptors.file(4 * PAGE);
        assertThat(map(0, PAGE, Descriptors.again(file), 2 * PAGE)).isZero();
        assertThat(map(8 * PAGE, 4 * PAGE, file, 0)).isZero();
        map.writeLong(16, 0x1122334455667788L);
        assertThat(map.readLong(10 * PAGE + 16)).isEqualTo(0x1122334455667788L);
        assertThat(map.readInt(10 * PAGE + 20)).isEqualTo(0x11223344);
    }

    @Test
    void shouldCrossFromOneRangeIntoAnyNeighbour() {
        assertThat(map(0, PAGE, Descriptors.file(PAGE), 0)).isZero();
        assertThat(map(PAGE, PAGE, null, 0)).isZero();
        assertThat(map(2 * PAGE, 2 * PAGE, Descriptors.file(2 * PAGE), 0)).isZero();
        SplittableRandom random = new SplittableRandom(7);
        byte[] mirror = new byte[4 * PAGE];
        for (int round = 0; round < 500; round++) {
            byte[] bytes = new byte[random.nextInt(3 * PAGE)];
            random.nextBytes(bytes);
            int at = random.nextInt(mirror.length - bytes.length);
            map.write(at, bytes, 0, bytes.length);
            System.arraycopy(bytes, 0, mirror, at, bytes.length);
            int word = random.nextInt(mirror.length - 8);
            map.writeLong(word, round);
            io.nvmetap.nvme.LittleEndian.put64(mirror, word, round);
            map.writeInt(word + 1, -round);
            io.nvmetap.nvme.LittleEndian.put32(mirror, word + 1, -round);
            assertThat(map.readLong(word))
                    .isEqualTo(io.nvmetap.nvme.LittleEndian.i64(mirror, word));
            assertThat(map.readInt(word + 2))
                    .isEqualTo(io.nvmetap.nvme.LittleEndian.i32(mirror, word + 2));
        }
        byte[] all = new byte[mirror.length];
        map.read(0, all, 0, all.length);
        assertThat(all).isEqualTo(mirror);
    }

    @Test
    void shouldStoreWordsAcrossBordersWhole() {
        assertThat(map(0, PAGE, Descriptors.file(PAGE), 0)).isZero();
        assertThat(map(PAGE, PAGE, null, 0)).isZero();
        assertThat(map(2 * PAGE, PAGE, Descriptors.file(PAGE), 0)).isZero();
        for (int border : new int[] {PAGE, 2 * PAGE}) {
            for (int back = 0; back < 10; back++) {
                map.writeLong(border - back, 0x1122334455667788L + back);
                assertThat(map.readLong(border - back)).isEqualTo(0x1122334455667788L + back);
                map.writeInt(border - back, 0x11223344 + back);
                assertThat(map.readInt(border - back)).isEqualTo(0x11223344 + back);
            }
        }
    }

    @Test
    void shouldFaultOutsideItsRanges() {
        assertThat(map(PAGE, PAGE, Descriptors.file(PAGE), 0)).isZero();
        byte[] eight = new byte[8];
        for (long at : new long[] {0, PAGE - 4, 2 * PAGE - 4, 2 * PAGE, -8, Long.MAX_VALUE - 3}) {
            assertThatThrownBy(() -> map.read(at, eight, 0, 8)).isInstanceOf(MemoryFault.class);
            assertThatThrownBy(() -> map.write(at, eight, 0, 8)).isInstanceOf(MemoryFault.class);
            assertThatThrownBy(() -> map.readLong(at)).isInstanceOf(MemoryFault.class);
            assertThatThrownBy(() -> map.writeLong(at, 1)).isInstanceOf(MemoryFault.class);
        }
        assertThat(map.contains(PAGE, PAGE)).isTrue();
        assertThat(map.contains(PAGE, PAGE + 1)).isFalse();
        assertThat(map.contains(PAGE, 0)).isTrue();
        assertThat(map.contains(2 * PAGE, 0)).isFalse();
        assertThat(map.contains(Long.MAX_VALUE, 0)).isFalse();
        assertThat(map.contains(Long.MAX_VALUE, 1)).isFalse();
        assertThat(map.contains(-1, 1)).isFalse();
        assertThat(map.contains(PAGE, -1)).isFalse();
        assertThat(map.contains(PAGE, Long.MAX_VALUE)).isFalse();
    }

    @Test
    void shouldRefuseStoresIntoReadOnlyRangesAndLoadsFromWriteOnlyOnes() {
        Descriptor file = Descriptors.file(2 * PAGE);
        assertThat(map.map(0, PAGE, READ, Descriptors.again(file), 0)).isZero();
        assertThat(map.map(PAGE, PAGE, VfioUser.DMA_WRITABLE, file, 0)).isZero();
        map.writeInt(PAGE, 77);
        assertThat(map.readInt(0)).as("the same page").isEqualTo(77);
        assertThatThrownBy(() -> map.writeInt(0, 1)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> map.writeLong(0, 1)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> map.write(0, new byte[1], 0, 1)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> map.readInt(PAGE)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> map.readLong(PAGE)).isInstanceOf(MemoryFault.class);
        assertThatThrownBy(() -> map.read(PAGE, new byte[1], 0, 1)).isInstanceOf(MemoryFault.class);
    }

    @Test
    void shouldMapAFileAgainThatGrew() {
        Descriptor file = Descriptors.file(PAGE);
        assertThat(map(0, PAGE, Descriptors.again(file), 0)).isZero();
        TestLinux.truncate(file, 4 * PAGE);
        assertThat(map(PAGE, PAGE, Descriptors.again(file), 3 * PAGE)).isZero();
        map.writeInt(PAGE, 5);
        assertThat(map(8 * PAGE, 4 * PAGE, file, 0)).isZero();
        assertThat(map.readInt(11 * PAGE)).isEqualTo(5);
    }

    /**
     * Memory that a peer is given: a range with a descriptor, whole, of pages that are not there.
     */
    @Test
    void shouldBeMemoryOfItsOwn() throws IOException {
        long base = 1L << 28;
        long bytes = 64L << 30;
        List<SharedMemory.Range> told = new ArrayList<>();
        try (DmaMap own = DmaMap.ofFile("nvmetap-test", base, bytes)) {
            own.watch(
                    new SharedMemory.Watcher() {
                        @Override
                        public void added(SharedMemory.Range range) {
                            told.add(range);
                        }

                        @Override
                        public void removed(SharedMemory.Range range) {
                            told.remove(range);
                        }
                    });
            assertThat(told).hasSize(1);
            assertThat(told.get(0).descriptor()).isNotNull();
            assertThat(told.get(0).bytes()).isEqualTo(bytes);
            own.writeLong(base + bytes - 8, 0x0102_0304_0506_0708L);
            assertThat(own.readLong(base + bytes - 8)).isEqualTo(0x0102_0304_0506_0708L);
            assertThat(own.readLong(base)).isZero();
            assertThat(own.contains(base + bytes, 1)).isFalse();
        }
        assertThat(told).isEmpty();
    }

    @Test
    void shouldReachEveryGibibyteOfALargeFile() {
        assertThat(map(0, 3 * GIB, Descriptors.file(3 * GIB), 0)).isZero();
        for (long at : new long[] {0, GIB - 8, GIB, 2 * GIB - 8, 2 * GIB, 3 * GIB - 8}) {
            map.writeLong(at, at + 1);
            assertThat(map.readLong(at)).isEqualTo(at + 1);
        }
        byte[] bytes = new byte[PAGE];
        new SplittableRandom(3).nextBytes(bytes);
        map.write(GIB - 100, bytes, 0, PAGE);
        byte[] back = new byte[PAGE];
        map.read(GIB - 100, back, 0, PAGE);
        assertThat(back).isEqualTo(bytes);
        map.writeLong(2 * GIB - 3, 0x1122334455667788L);
        assertThat(map.readLong(2 * GIB - 3)).isEqualTo(0x1122334455667788L);
        assertThatThrownBy(() -> map.readLong(3 * GIB - 4)).isInstanceOf(MemoryFault.class);
    }

    @Test
    void shouldAnswerEioForAFileBeyondItsBound() {
        assertThat(map(0, PAGE, Descriptors.file(MappedFile.BYTES_MAX + PAGE), 0))
                .isEqualTo(VfioUser.EIO);
    }

    @Test
    void shouldTellAWatcherOfWhatIsThereAndOfEveryChange() {
        List<String> told = new ArrayList<>();
        SharedMemory.Watcher watcher =
                new SharedMemory.Watcher() {
                    @Override
                    public void added(SharedMemory.Range range) {
                        boolean open = range.descriptor() != null && range.descriptor().valid();
                        told.add("+" + range.address() / PAGE + (open ? " file" : ""));
                    }

                    @Override
                    public void removed(SharedMemory.Range range) {
                        boolean open = range.descriptor() != null && range.descriptor().valid();
                        told.add("-" + range.address() / PAGE + (open ? " file" : ""));
                        assertThat(map.contains(range.address(), 1)).isFalse();
                    }
                };
        assertThat(map(0, PAGE, Descriptors.file(PAGE), 0)).isZero();
        map.watch(watcher);
        assertThat(map(PAGE, PAGE, null, 0)).isZero();
        assertThat(map(PAGE, PAGE, null, 0)).isEqualTo(VfioUser.EINVAL);
        assertThat(map.unmap(0, PAGE)).isZero();
        map.clear();
        assertThat(told).containsExactly("+0 file", "+1", "-0 file", "-1");
    }

    @Test
    void shouldFaultInAFileThatShrankWithoutEndingTheProcess() {
        Descriptor file = Descriptors.file(2 * PAGE);
        assertThat(map(0, 2 * PAGE, Descriptors.again(file), 0)).isZero();
        map.writeInt(PAGE, 1);
        TestLinux.truncate(file, PAGE);
        file.close();
        assertThatThrownBy(
                        () -> {
                            for (int i = 0; i < 20_000; i++) {
                                map.read(PAGE, new byte[64], 0, 64);
                            }
                        })
                .isInstanceOf(InternalError.class);
        map.writeInt(0, 9);
        assertThat(map.readInt(0)).isEqualTo(9);
    }
}
