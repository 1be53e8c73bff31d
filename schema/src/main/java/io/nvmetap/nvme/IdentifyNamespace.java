package io.nvmetap.nvme;

/**
 * View of an Identify Namespace page of the NVM command set (CNS 00h, NVM Command Set 1.0c,
 * Identify Namespace data structure). Reads and writes the given array; nothing is copied.
 */
public final class IdentifyNamespace {
    /** Bytes of the page. */
    public static final int SIZE = 4096;

    public static final int NSZE_OFFSET = 0;
    public static final int NCAP_OFFSET = 8;
    public static final int NUSE_OFFSET = 16;
    public static final int NSFEAT_OFFSET = 24;
    public static final int NLBAF_OFFSET = 25;
    public static final int FLBAS_OFFSET = 26;
    public static final int MC_OFFSET = 27;
    public static final int DPC_OFFSET = 28;
    public static final int DPS_OFFSET = 29;
    public static final int DLFEAT_OFFSET = 33;
    public static final int NGUID_OFFSET = 104;
    public static final int EUI64_OFFSET = 120;
    public static final int LBAF_OFFSET = 128;

    /** LBA format places in the page. */
    public static final int LBAF_MAX = 64;

    /** Smallest and largest LBA Data Size exponent taken as true: 512 bytes to 1 GiB. */
    public static final int LBADS_MIN = 9;

    public static final int LBADS_MAX = 30;

    private final byte[] page;
    private final int base;

    /**
     * View of the 4096 bytes at {@code base}.
     *
     * @throws IllegalArgumentException if fewer remain
     */
    public IdentifyNamespace(byte[] page, int base) {
        if (base < 0 || page.length - base < SIZE) {
            throw new IllegalArgumentException("an Identify page needs " + SIZE + " bytes");
        }
        this.page = page;
        this.base = base;
    }

    /** View of a whole page. */
    public IdentifyNamespace(byte[] page) {
        this(page, 0);
    }

    /** Namespace Size in logical blocks; 0 for an inactive namespace. */
    public long nsze() {
        return LittleEndian.i64(page, base + NSZE_OFFSET);
    }

    /** Namespace Capacity in logical blocks. */
    public long ncap() {
        return LittleEndian.i64(page, base + NCAP_OFFSET);
    }

    /** Namespace Utilization in logical blocks. */
    public long nuse() {
        return LittleEndian.i64(page, base + NUSE_OFFSET);
    }

    /** Namespace Features. */
    public int nsfeat() {
        return LittleEndian.u8(page, base + NSFEAT_OFFSET);
    }

    /** Number of LBA Formats, 0's based. */
    public int nlbaf() {
        return LittleEndian.u8(page, base + NLBAF_OFFSET);
    }

    /** Formatted LBA Size: index 3:0 and 6:5, metadata interleaved bit 4. */
    public int flbas() {
        return LittleEndian.u8(page, base + FLBAS_OFFSET);
    }

    /** Index of the LBA format in use, 0..63; the upper bits count only with over 16 formats. */
    public int formatIndex() {
        int flbas = flbas();
        return nlbaf() > 15 ? (flbas >>> 5 & 3) << 4 | flbas & 0xF : flbas & 0xF;
    }

    /** Whether metadata is transferred at the end of each logical block. */
    public boolean metadataInterleaved() {
        return (flbas() & 0x10) != 0;
    }

    /** Raw LBA format {@code index}, 0..63: MS 15:0, LBADS 23:16, RP 25:24. */
    public int lbaf(int index) {
        return LittleEndian.i32(page, base + LBAF_OFFSET + 4 * (index & LBAF_MAX - 1));
    }

    /** Metadata Size in bytes of a format. */
    public int metadataSize(int index) {
        return lbaf(index) & 0xFFFF;
    }

    /** LBA Data Size exponent of a format. */
    public int lbads(int index) {
        return lbaf(index) >>> 16 & 0xFF;
    }

    /** Logical block in bytes, 512..2^30; 0 if the page holds no sensible size. */
    public int lbaSizeBytes() {
        int lbads = lbads(formatIndex());
        return lbads < LBADS_MIN || lbads > LBADS_MAX ? 0 : 1 << lbads;
    }

    /**
     * Bytes a command moves for each block: data, and metadata where it is interleaved; 0 unknown.
     */
    public int transferBlockBytes() {
        int size = lbaSizeBytes();
        boolean extended = size != 0 && metadataInterleaved();
        return extended ? size + metadataSize(formatIndex()) : size;
    }

    /** IEEE Extended Unique Identifier, as the big-endian number it is; 0 if none. */
    public long eui64() {
        return Long.reverseBytes(LittleEndian.i64(page, base + EUI64_OFFSET));
    }

    /** Stores NSZE, NCAP and NUSE, in logical blocks. */
    public void putSizes(long nsze, long ncap, long nuse) {
        LittleEndian.put64(page, base + NSZE_OFFSET, nsze);
        LittleEndian.put64(page, base + NCAP_OFFSET, ncap);
        LittleEndian.put64(page, base + NUSE_OFFSET, nuse);
    }

    /** Stores Namespace Features. */
    public void putNsfeat(int nsfeat) {
        LittleEndian.put8(page, base + NSFEAT_OFFSET, nsfeat);
    }

    /** Stores the number of LBA formats, 0's based, and the Formatted LBA Size. */
    public void putFormats(int nlbaf, int flbas) {
        LittleEndian.put8(page, base + NLBAF_OFFSET, nlbaf);
        LittleEndian.put8(page, base + FLBAS_OFFSET, flbas);
    }

    /** Stores LBA format {@code index}, 0..63. */
    public void putLbaf(int index, int lbads, int metadataSize, int relativePerformance) {
        int lbaf = (relativePerformance & 3) << 24 | (lbads & 0xFF) << 16 | metadataSize & 0xFFFF;
        LittleEndian.put32(page, base + LBAF_OFFSET + 4 * (index & LBAF_MAX - 1), lbaf);
    }

    /** Stores the EUI-64. */
    public void putEui64(long eui64) {
        LittleEndian.put64(page, base + EUI64_OFFSET, Long.reverseBytes(eui64));
    }
}
