package io.nvmetap.boot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * Writes a GUID partition table (UEFI 2.10, 5.3) for 512-byte blocks: protective MBR, header and
 * entries at the start, copies at the end.
 */
final class GuidPartitionTable {
    static final int BLOCK_BYTES = 512;

    /** First block a partition may have: MBR, header and 32 blocks of entries are before it. */
    static final int FIRST_USABLE = 34;

    static final UUID EFI_SYSTEM = UUID.fromString("c12a7328-f81f-11d2-ba4b-00a0c93ec93b");
    static final UUID LINUX_DATA = UUID.fromString("0fc63daf-8483-4772-8e79-3d69d8477de4");

    private static final int ENTRIES = 128;
    private static final int ENTRY_BYTES = 128;
    private static final int ENTRY_BLOCKS = ENTRIES * ENTRY_BYTES / BLOCK_BYTES;
    private static final int HEADER_BYTES = 92;
    private static final int NAME_CHARS = 36;

    /**
     * One partition.
     *
     * @param type what is in it
     * @param name at most 36 characters
     * @param firstBlock first block
     * @param lastBlock last block, inclusive
     */
    record Partition(UUID type, String name, long firstBlock, long lastBlock) {}

    private GuidPartitionTable() {}

    /**
     * @param disk of its final size already
     * @param partitions in the order of their numbers, apart, all in usable blocks
     */
    static void write(FileChannel disk, List<Partition> partitions) throws IOException {
        long blocks = disk.size() / BLOCK_BYTES;
        byte[] entries = entries(partitions);
        long backupEntries = blocks - 1 - ENTRY_BLOCKS;
        put(disk, 0, protectiveMbr(blocks));
        put(disk, 1, header(1, blocks - 1, 2, entries));
        put(disk, 2, entries);
        put(disk, backupEntries, entries);
        put(disk, blocks - 1, header(blocks - 1, 1, backupEntries, entries));
    }

    /**
     * @return last block a partition may have on a disk of {@code bytes}
     */
    static long lastUsable(long bytes) {
        return bytes / BLOCK_BYTES - ENTRY_BLOCKS - 2;
    }

    private static void put(FileChannel disk, long block, byte[] bytes) throws IOException {
        ByteBuffer b = ByteBuffer.wrap(bytes);
        for (long at = block * BLOCK_BYTES; b.hasRemaining(); ) {
            at += disk.write(b, at);
        }
    }

    /** One partition of type EEh over the whole disk, so that old tools take it for full. */
    private static byte[] protectiveMbr(long blocks) {
        ByteBuffer b = little(BLOCK_BYTES);
        b.position(446);
        b.put((byte) 0).put((byte) 0).put((byte) 2).put((byte) 0);
        b.put((byte) 0xEE).put((byte) 0xFF).put((byte) 0xFF).put((byte) 0xFF);
        b.putInt(1).putInt((int) Math.min(blocks - 1, 0xFFFF_FFFFL));
        b.putShort(510, (short) 0xAA55);
        return b.array();
    }

    private static byte[] header(long own, long other, long entriesAt, byte[] entries) {
        long last = Math.max(own, other);
        ByteBuffer b = little(BLOCK_BYTES);
        b.put("EFI PART".getBytes(StandardCharsets.US_ASCII));
        b.putInt(0x0001_0000).putInt(HEADER_BYTES).putInt(0).putInt(0);
        b.putLong(own).putLong(other);
        b.putLong(FIRST_USABLE).putLong(last - ENTRY_BLOCKS - 1);
        putGuid(b, named("disk"));
        b.putLong(entriesAt).putInt(ENTRIES).putInt(ENTRY_BYTES).putInt(crc(entries, 0));
        b.putInt(16, crc(b.array(), HEADER_BYTES));
        return b.array();
    }

    private static byte[] entries(List<Partition> partitions) {
        ByteBuffer b = little(ENTRIES * ENTRY_BYTES);
        for (int i = 0; i < partitions.size(); i++) {
            Partition p = partitions.get(i);
            b.position(i * ENTRY_BYTES);
            putGuid(b, p.type());
            putGuid(b, named("partition " + i));
            b.putLong(p.firstBlock()).putLong(p.lastBlock()).putLong(0);
            String name = p.name().substring(0, Math.min(NAME_CHARS, p.name().length()));
            b.put(name.getBytes(StandardCharsets.UTF_16LE));
        }
        return b.array();
    }

    /** Ours, and the same in every image, so that equal input gives equal disks. */
    private static UUID named(String what) {
        return UUID.nameUUIDFromBytes(("nvmetap " + what).getBytes(StandardCharsets.US_ASCII));
    }

    /** The first three fields little-endian, the rest as written (UEFI 2.10, appendix A). */
    private static void putGuid(ByteBuffer b, UUID id) {
        long high = id.getMostSignificantBits();
        b.putInt((int) (high >>> 32)).putShort((short) (high >>> 16)).putShort((short) high);
        b.order(ByteOrder.BIG_ENDIAN).putLong(id.getLeastSignificantBits());
        b.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length == 0 ? bytes.length : length);
        return (int) crc.getValue();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
