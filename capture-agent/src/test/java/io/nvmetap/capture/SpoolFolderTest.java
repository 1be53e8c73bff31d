package io.nvmetap.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolFolderTest {
    @TempDir private Path temp;

    private static SpoolChunk chunk(int events) {
        SpoolChunk chunk = new SpoolChunk();
        for (int i = 0; i < events; i++) {
            chunk.append(new byte[] {1}, new byte[] {(byte) i}, 0, 1);
        }
        return chunk;
    }

    @Test
    void shouldKeepChunksForTheNextProcess() throws IOException {
        try (SpoolFolder folder = SpoolFolder.open(temp)) {
            folder.write(7, chunk(3));
            folder.write(5, chunk(2));
        }
        try (SpoolFolder folder = SpoolFolder.open(temp)) {
            assertThat(folder.numbers()).isEqualTo(List.of(5L, 7L));
            SpoolChunk back = new SpoolChunk();
            folder.read(7, back);
            assertThat(back.events()).isEqualTo(3);
            folder.delete(5);
            folder.delete(5);
            assertThat(folder.numbers()).isEqualTo(List.of(7L));
        }
    }

    /** A device of Linux on which nothing has room stands where the file is written. */
    @Test
    void shouldLeaveNoHalfOfAFileWhenTheDiskIsFull() throws IOException {
        try (SpoolFolder folder = SpoolFolder.open(temp)) {
            Files.createSymbolicLink(temp.resolve("part"), Path.of("/dev/full"));
            assertThatThrownBy(() -> folder.write(1, chunk(10)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("No space left");
            assertThat(folder.numbers()).isEmpty();
            assertThat(temp.resolve("part")).doesNotExist();
            folder.write(1, chunk(10));
            assertThat(folder.numbers()).isEqualTo(List.of(1L));
        }
    }

    @Test
    void shouldPassOverWhatAProcessKilledWhileWritingLeft() throws IOException {
        Files.write(temp.resolve("part"), new byte[100]);
        Files.writeString(temp.resolve("notes.txt"), "somebody's");
        try (SpoolFolder folder = SpoolFolder.open(temp)) {
            assertThat(folder.numbers()).isEmpty();
            folder.write(1, chunk(1));
            assertThat(temp.resolve("part")).doesNotExist();
        }
        assertThat(temp.resolve("notes.txt")).exists();
    }

    @Test
    void shouldRefuseAFileThatIsNotWhatWasWritten() throws IOException {
        try (SpoolFolder folder = SpoolFolder.open(temp)) {
            folder.write(1, chunk(10));
            Path file = temp.resolve("0000000000000000001.spool");
            byte[] bytes = Files.readAllBytes(file);
            bytes[3] ^= 1;
            Files.write(file, bytes);
            assertThatThrownBy(() -> folder.read(1, new SpoolChunk()))
                    .hasMessageContaining("checksum");
            Files.write(file, new byte[SpoolChunk.BYTES_MAX + 1]);
            assertThatThrownBy(() -> folder.read(1, new SpoolChunk()))
                    .hasMessageContaining("too large");
        }
    }
}
