package io.nvmetap.device.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamespaceStoreITCase {
    private static final int SIZE = 64 * 4096;

    @TempDir Path folder;

    private void behavesLikeAnArray(NamespaceStore store) throws IOException {
        SplittableRandom random = new SplittableRandom(9);
        byte[] mirror = new byte[SIZE];
        for (int round = 0; round < 500; round++) {
            int at = random.nextInt(SIZE - 20_000);
            byte[] bytes = new byte[random.nextInt(20_000)];
            random.nextBytes(bytes);
            store.write(at, bytes, 0, bytes.length);
            System.arraycopy(bytes, 0, mirror, at, bytes.length);
            int from = random.nextInt(SIZE);
            int count = random.nextInt(SIZE - from + 1);
            if (round % 10 == 0) {
                store.zero(from, count);
                Arrays.fill(mirror, from, from + count, (byte) 0);
            }
            byte[] read = new byte[count];
            store.read(from, read, 0, count);
            assertThat(Arrays.equals(read, 0, count, mirror, from, from + count))
                    .as("round %d", round)
                    .isTrue();
        }
        store.flush();
        store.format(4096);
        byte[] all = new byte[SIZE];
        store.read(0, all, 0, SIZE);
        assertThat(all).containsOnly(0);
        assertThat(store.blockCount()).isEqualTo(64);
        assertThatThrownBy(() -> store.read(SIZE, new byte[1], 0, 1))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> store.format(1000)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldKeepBytesInMemory() throws IOException {
        behavesLikeAnArray(new MemoryNamespace(SIZE, 512));
    }

    @Test
    void shouldKeepBytesInAFileAndTheSizeOfTheFile() throws IOException {
        Path image = folder.resolve("disk.img");
        try (FileNamespace store = FileNamespace.create(image, SIZE, 512)) {
            behavesLikeAnArray(store);
            store.write(4096, new byte[] {5}, 0, 1);
            store.zero(8192, SIZE - 8192);
        }
        assertThat(Files.size(image)).isEqualTo(SIZE);
        try (FileNamespace again = FileNamespace.open(image, 512)) {
            byte[] one = new byte[1];
            again.read(4096, one, 0, 1);
            assertThat(one[0]).isEqualTo((byte) 5);
            assertThat(again.blockCount()).isEqualTo(SIZE / 512);
        }
    }

    @Test
    void shouldRoundAnImageUp() throws IOException {
        Path image = Files.write(folder.resolve("odd.img"), new byte[5000]);
        try (FileNamespace store = FileNamespace.open(image, 512)) {
            assertThat(store.sizeBytes()).isEqualTo(8192);
            byte[] tail = new byte[4096];
            Arrays.fill(tail, (byte) 1);
            store.read(4096, tail, 0, 4096);
            assertThat(tail).containsOnly(0);
        }
    }

    @Test
    void shouldRefuseAnImageThatIsEmpty() throws IOException {
        Path image = Files.createFile(folder.resolve("empty.img"));
        assertThatThrownBy(() -> FileNamespace.open(image, 512))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty");
    }

    @Test
    void shouldNotKeepMoreInMemoryThanItsBound() throws IOException {
        MemoryNamespace store = new MemoryNamespace(SIZE, 512, 2 * 4096);
        store.write(0, new byte[8192], 0, 8192);
        assertThatThrownBy(() -> store.write(8192, new byte[1], 0, 1))
                .isInstanceOf(IOException.class);
        store.zero(0, 4096);
        store.write(8192, new byte[1], 0, 1);
    }
}
