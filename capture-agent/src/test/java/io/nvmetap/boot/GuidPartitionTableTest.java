package io.nvmetap.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.boot.GuidPartitionTable.Partition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuidPartitionTableTest {
    private static final int BLOCKS = 8192;
    private static final int HEADER_BYTES = 92;

    @TempDir Path folder;
    private byte[] disk;

    @BeforeEach
    void write() throws IOException {
        Path image = folder.resolve("disk");
        Files.write(image, new byte[BLOCKS * 512]);
        try (FileChannel c = FileChannel.open(image, StandardOpenOption.WRITE)) {
            GuidPartitionTable.write(
                    c,
                    List.of(
                            new Partition(GuidPartitionTable.EFI_SYSTEM, "efi", 2048, 4095),
                            new Partition(GuidPartitionTable.LINUX_DATA, "data", 4096, 6143)));
        }
        disk = Files.readAllBytes(image);
    }

    @Test
    void theMbrProtectsTheWholeDisk() {
        ByteBuffer mbr = block(0);
        assertThat(mbr.getShort(510)).isEqualTo((short) 0xAA55);
        assertThat(mbr.get(446 + 4)).isEqualTo((byte) 0xEE);
        assertThat(mbr.getInt(446 + 8)).isEqualTo(1);
        assertThat(mbr.getInt(446 + 12)).isEqualTo(BLOCKS - 1);
    }

    @Test
    void bothHeadersPointAtEachOtherAndTheirSumsAreRight() {
        header(1, BLOCKS - 1, 2);
        header(BLOCKS - 1, 1, BLOCKS - 33);
        assertThat(GuidPartitionTable.lastUsable(disk.length)).isEqualTo(BLOCKS - 34);
    }

    private void header(int own, int other, int entries) {
        ByteBuffer h = block(own);
        assertThat(text(h, 0, 8, StandardCharsets.US_ASCII)).isEqualTo("EFI PART");
        assertThat(h.getInt(8)).isEqualTo(0x10000);
        assertThat(h.getInt(12)).isEqualTo(HEADER_BYTES);
        assertThat(h.getLong(24)).isEqualTo(own);
        assertThat(h.getLong(32)).isEqualTo(other);
        assertThat(h.getLong(40)).isEqualTo(34);
        assertThat(h.getLong(48)).isEqualTo(BLOCKS - 34);
        assertThat(h.getLong(72)).isEqualTo(entries);
        assertThat(h.getInt(80)).isEqualTo(128);
        assertThat(h.getInt(84)).isEqualTo(128);
        assertThat(h.getInt(88)).isEqualTo(crc(entries * 512, 128 * 128, false));
        assertThat(h.getInt(16)).isEqualTo(crc(own * 512, HEADER_BYTES, true));
    }

    @Test
    void entriesSayWhatAndWhere() {
        ByteBuffer e = block(2);
        byte[] type = Arrays.copyOfRange(disk, 2 * 512, 2 * 512 + 16);
        // As UEFI 2.10, 5.3.3 lists the bytes of the EFI system partition's type.
        assertThat(HexFormat.of().formatHex(type)).isEqualTo("28732ac11ff8d211ba4b00a0c93ec93b");
        assertThat(e.getLong(32)).isEqualTo(2048);
        assertThat(e.getLong(40)).isEqualTo(4095);
        assertThat(text(e, 56, 6, StandardCharsets.UTF_16LE)).isEqualTo("efi");
        assertThat(e.getLong(128 + 32)).isEqualTo(4096);
        assertThat(text(e, 128 + 56, 8, StandardCharsets.UTF_16LE)).isEqualTo("data");
        assertThat(e.getLong(16)).isNotEqualTo(e.getLong(128 + 16));
    }

    private ByteBuffer block(int number) {
        return ByteBuffer.wrap(Arrays.copyOfRange(disk, number * 512, number * 512 + 512))
                .order(ByteOrder.LITTLE_ENDIAN);
    }

    private int crc(int at, int length, boolean withoutItself) {
        byte[] bytes = Arrays.copyOfRange(disk, at, at + length);
        if (withoutItself) {
            Arrays.fill(bytes, 16, 20, (byte) 0);
        }
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    private static String text(ByteBuffer b, int at, int length, java.nio.charset.Charset charset) {
        byte[] bytes = new byte[length];
        b.get(at, bytes);
        return new String(bytes, charset);
    }
}
