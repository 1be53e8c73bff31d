package io.nvmetap.nvme;

/**
 * Completion queue entry: 16 bytes, read and written in place at {@code base} of a buffer (NVMe
 * Base 2.0c 3.3.3.2, Common Completion Queue Entry). The caller guarantees {@link #SIZE} bytes
 * after {@code base}.
 *
 * <p>A <em>known mask</em> says which bytes a source really saw: bit i is byte i. See {@link
 * #known}.
 */
public final class Cqe {
    /** Bytes of one entry. */
    public static final int SIZE = 16;

    /** Byte position of each field. */
    public static final int DW0_OFFSET = 0;

    public static final int DW1_OFFSET = 4;
    public static final int SQHD_OFFSET = 8;
    public static final int SQID_OFFSET = 10;
    public static final int CID_OFFSET = 12;

    /** Phase tag in bit 0, status in bits 15:1. */
    public static final int STATUS_OFFSET = 14;

    /** Every byte is known, and the phase tag. */
    public static final int KNOWN_ALL = -1;

    public static final int KNOWN_NONE = 0;
    public static final int KNOWN_DW0 = 0x000F;
    public static final int KNOWN_DW1 = 0x00F0;
    public static final int KNOWN_SQHD = 0x0300;
    public static final int KNOWN_SQID = 0x0C00;
    public static final int KNOWN_CID = 0x3000;

    /** Both status bytes, which says nothing of the phase tag in their lowest bit. */
    public static final int KNOWN_STATUS = 0xC000;

    /**
     * Beyond the 16 bytes: the phase tag was seen too. Its own bit, for logs give the status
     * without the phase, and both share a byte.
     */
    public static final int KNOWN_PHASE = 0x1_0000;

    private Cqe() {}

    /** Command specific dword 0. */
    public static int dw0(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + DW0_OFFSET);
    }

    /** Command specific dword 1 (reserved for most commands). */
    public static int dw1(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + DW1_OFFSET);
    }

    /** SQ Head Pointer, 0..65535. */
    public static int sqhd(byte[] buf, int base) {
        return LittleEndian.u16(buf, base + SQHD_OFFSET);
    }

    /** SQ Identifier, 0..65535. */
    public static int sqid(byte[] buf, int base) {
        return LittleEndian.u16(buf, base + SQID_OFFSET);
    }

    /** Command Identifier, 0..65535. */
    public static int cid(byte[] buf, int base) {
        return LittleEndian.u16(buf, base + CID_OFFSET);
    }

    /** Phase Tag, 0 or 1. */
    public static int phase(byte[] buf, int base) {
        return buf[base + STATUS_OFFSET] & 1;
    }

    /** The 15 status bits without the phase tag: DNR 14, M 13, CRD 12:11, SCT 10:8, SC 7:0. */
    public static int status(byte[] buf, int base) {
        return LittleEndian.u16(buf, base + STATUS_OFFSET) >>> 1;
    }

    /** Status Code of {@link #status}, 0..255. */
    public static int sc(byte[] buf, int base) {
        return StatusCode.sc(status(buf, base));
    }

    /** Status Code Type of {@link #status}, 0..7. */
    public static int sct(byte[] buf, int base) {
        return StatusCode.sct(status(buf, base));
    }

    /** Command Retry Delay of {@link #status}, 0..3. */
    public static int crd(byte[] buf, int base) {
        return StatusCode.crd(status(buf, base));
    }

    /** More: the Error Information log holds more about this status. */
    public static boolean more(byte[] buf, int base) {
        return StatusCode.more(status(buf, base));
    }

    /** Do Not Retry. */
    public static boolean dnr(byte[] buf, int base) {
        return StatusCode.dnr(status(buf, base));
    }

    /** Stores dword 0. */
    public static void putDw0(byte[] buf, int base, int dw0) {
        LittleEndian.put32(buf, base + DW0_OFFSET, dw0);
    }

    /** Stores dword 1. */
    public static void putDw1(byte[] buf, int base, int dw1) {
        LittleEndian.put32(buf, base + DW1_OFFSET, dw1);
    }

    /** Stores the SQ Head Pointer. */
    public static void putSqhd(byte[] buf, int base, int sqhd) {
        LittleEndian.put16(buf, base + SQHD_OFFSET, sqhd);
    }

    /** Stores the SQ Identifier. */
    public static void putSqid(byte[] buf, int base, int sqid) {
        LittleEndian.put16(buf, base + SQID_OFFSET, sqid);
    }

    /** Stores the Command Identifier. */
    public static void putCid(byte[] buf, int base, int cid) {
        LittleEndian.put16(buf, base + CID_OFFSET, cid);
    }

    /** Stores status (15 bits) and phase tag together, as a controller does, last. */
    public static void putStatusAndPhase(byte[] buf, int base, int status, int phase) {
        LittleEndian.put16(buf, base + STATUS_OFFSET, status << 1 | phase & 1);
    }

    /** Stores the status, keeping the phase tag. */
    public static void putStatus(byte[] buf, int base, int status) {
        putStatusAndPhase(buf, base, status, phase(buf, base));
    }

    /** Stores the phase tag, keeping the status. */
    public static void putPhase(byte[] buf, int base, int phase) {
        putStatusAndPhase(buf, base, status(buf, base), phase);
    }

    /** Mask bits for a field: {@code byteCount} bytes, 0..16, from {@code byteOffset}. */
    public static int mask(int byteOffset, int byteCount) {
        return (1 << byteCount) - 1 << byteOffset;
    }

    /** Whether all of these bytes are known under {@code mask}. */
    public static boolean known(int mask, int byteOffset, int byteCount) {
        int field = mask(byteOffset, byteCount);
        return (mask & field) == field;
    }

    /** Whether the phase tag is known under {@code mask}. */
    public static boolean phaseKnown(int mask) {
        return (mask & KNOWN_PHASE) != 0;
    }
}
