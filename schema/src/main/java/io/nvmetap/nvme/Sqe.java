package io.nvmetap.nvme;

/**
 * Submission queue entry, common fields, read and written in place at {@code base} of a buffer
 * (NVMe Base 2.0c 3.3.3.1, Submission Queue Entry: Common Command Format). The caller guarantees
 * {@link #SIZE} bytes after {@code base}. Fields of particular commands are in {@link AdminSqe} and
 * {@link NvmSqe}.
 *
 * <p>A <em>known mask</em> says which of the first 64 bytes a source really saw: bit i is byte i
 * (an imported log lacks many). See {@link #known}.
 */
public final class Sqe {
    /** Bytes of a standard entry (IOSQES 6). */
    public static final int SIZE = 64;

    /** Bytes of the long entry that Apple ANS2 controllers use (IOSQES 7). */
    public static final int SIZE_LONG = 128;

    /** NSID that addresses every namespace. */
    public static final long NSID_ALL = 0xFFFF_FFFFL;

    /** CID no command may use: Error Information uses it for "no command" (Base 2.0c 3.3.3.1). */
    public static final int CID_RESERVED = 0xFFFF;

    /** Byte position of each field. */
    public static final int OPCODE_OFFSET = 0;

    public static final int FLAGS_OFFSET = 1;
    public static final int CID_OFFSET = 2;
    public static final int NSID_OFFSET = 4;
    public static final int CDW2_OFFSET = 8;
    public static final int CDW3_OFFSET = 12;
    public static final int MPTR_OFFSET = 16;
    public static final int PRP1_OFFSET = 24;
    public static final int PRP2_OFFSET = 32;
    public static final int CDW10_OFFSET = 40;
    public static final int CDW11_OFFSET = 44;
    public static final int CDW12_OFFSET = 48;
    public static final int CDW13_OFFSET = 52;
    public static final int CDW14_OFFSET = 56;
    public static final int CDW15_OFFSET = 60;

    /** PSDT values (Base 2.0c 3.3.3.1): PRPs, SGL with a buffer or segment metadata pointer. */
    public static final int PSDT_PRP = 0;

    public static final int PSDT_SGL_MPTR_BUFFER = 1;
    public static final int PSDT_SGL_MPTR_SEGMENT = 2;

    /** FUSE values: normal, first and second command of a fused operation. */
    public static final int FUSE_NORMAL = 0;

    public static final int FUSE_FIRST = 1;
    public static final int FUSE_SECOND = 2;

    /** Every byte is known. */
    public static final long KNOWN_ALL = -1L;

    public static final long KNOWN_NONE = 0L;
    public static final long KNOWN_OPCODE = 1L;
    public static final long KNOWN_FLAGS = 1L << FLAGS_OFFSET;
    public static final long KNOWN_CID = 0x3L << CID_OFFSET;
    public static final long KNOWN_NSID = 0xFL << NSID_OFFSET;
    public static final long KNOWN_MPTR = 0xFFL << MPTR_OFFSET;
    public static final long KNOWN_PRP1 = 0xFFL << PRP1_OFFSET;
    public static final long KNOWN_PRP2 = 0xFFL << PRP2_OFFSET;
    public static final long KNOWN_CDW10 = 0xFL << CDW10_OFFSET;
    public static final long KNOWN_CDW11 = 0xFL << CDW11_OFFSET;
    public static final long KNOWN_CDW12 = 0xFL << CDW12_OFFSET;
    public static final long KNOWN_CDW13 = 0xFL << CDW13_OFFSET;
    public static final long KNOWN_CDW14 = 0xFL << CDW14_OFFSET;
    public static final long KNOWN_CDW15 = 0xFL << CDW15_OFFSET;

    private Sqe() {}

    /** Opcode, 0..255. */
    public static int opcode(byte[] buf, int base) {
        return buf[base] & 0xFF;
    }

    /** Byte 1 raw: FUSE 1:0, reserved 5:2 (Apple firmware uses them), PSDT 7:6. */
    public static int flags(byte[] buf, int base) {
        return buf[base + FLAGS_OFFSET] & 0xFF;
    }

    /** Fused operation, 0..3. */
    public static int fuse(byte[] buf, int base) {
        return flags(buf, base) & 3;
    }

    /** The reserved bits 5:2 of byte 1, right aligned, 0..15; 0 in a conforming command. */
    public static int reservedFlags(byte[] buf, int base) {
        return flags(buf, base) >>> 2 & 0xF;
    }

    /** PRP or SGL for Data Transfer, 0..3. */
    public static int psdt(byte[] buf, int base) {
        return flags(buf, base) >>> 6;
    }

    /** Command Identifier, 0..65535. */
    public static int cid(byte[] buf, int base) {
        return LittleEndian.u16(buf, base + CID_OFFSET);
    }

    /** Namespace Identifier, unsigned; {@link #NSID_ALL} is the broadcast value. */
    public static long nsid(byte[] buf, int base) {
        return LittleEndian.u32(buf, base + NSID_OFFSET);
    }

    /** Metadata Pointer. */
    public static long mptr(byte[] buf, int base) {
        return LittleEndian.i64(buf, base + MPTR_OFFSET);
    }

    /** PRP Entry 1 (or the low half of SGL1). */
    public static long prp1(byte[] buf, int base) {
        return LittleEndian.i64(buf, base + PRP1_OFFSET);
    }

    /** PRP Entry 2 (or the high half of SGL1). */
    public static long prp2(byte[] buf, int base) {
        return LittleEndian.i64(buf, base + PRP2_OFFSET);
    }

    /** Command dword {@code n}, 0..15, raw bits. */
    public static int cdw(byte[] buf, int base, int n) {
        return LittleEndian.i32(buf, base + 4 * n);
    }

    /** Command dword 2. */
    public static int cdw2(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW2_OFFSET);
    }

    /** Command dword 3. */
    public static int cdw3(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW3_OFFSET);
    }

    /** Command dword 10. */
    public static int cdw10(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW10_OFFSET);
    }

    /** Command dword 11. */
    public static int cdw11(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW11_OFFSET);
    }

    /** Command dword 12. */
    public static int cdw12(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW12_OFFSET);
    }

    /** Command dword 13. */
    public static int cdw13(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW13_OFFSET);
    }

    /** Command dword 14. */
    public static int cdw14(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW14_OFFSET);
    }

    /** Command dword 15. */
    public static int cdw15(byte[] buf, int base) {
        return LittleEndian.i32(buf, base + CDW15_OFFSET);
    }

    /** Stores the opcode. */
    public static void putOpcode(byte[] buf, int base, int opcode) {
        LittleEndian.put8(buf, base, opcode);
    }

    /** Stores byte 1: FUSE, reserved bits, PSDT. */
    public static void putFlags(byte[] buf, int base, int flags) {
        LittleEndian.put8(buf, base + FLAGS_OFFSET, flags);
    }

    /** Stores the Command Identifier. */
    public static void putCid(byte[] buf, int base, int cid) {
        LittleEndian.put16(buf, base + CID_OFFSET, cid);
    }

    /** Stores the Namespace Identifier. */
    public static void putNsid(byte[] buf, int base, long nsid) {
        LittleEndian.put32(buf, base + NSID_OFFSET, (int) nsid);
    }

    /** Stores the Metadata Pointer. */
    public static void putMptr(byte[] buf, int base, long mptr) {
        LittleEndian.put64(buf, base + MPTR_OFFSET, mptr);
    }

    /** Stores PRP Entry 1. */
    public static void putPrp1(byte[] buf, int base, long prp1) {
        LittleEndian.put64(buf, base + PRP1_OFFSET, prp1);
    }

    /** Stores PRP Entry 2. */
    public static void putPrp2(byte[] buf, int base, long prp2) {
        LittleEndian.put64(buf, base + PRP2_OFFSET, prp2);
    }

    /** Stores command dword {@code n}, 0..15. */
    public static void putCdw(byte[] buf, int base, int n, int value) {
        LittleEndian.put32(buf, base + 4 * n, value);
    }

    /** Stores command dword 10. */
    public static void putCdw10(byte[] buf, int base, int value) {
        LittleEndian.put32(buf, base + CDW10_OFFSET, value);
    }

    /** Stores command dword 11. */
    public static void putCdw11(byte[] buf, int base, int value) {
        LittleEndian.put32(buf, base + CDW11_OFFSET, value);
    }

    /** Stores command dword 12. */
    public static void putCdw12(byte[] buf, int base, int value) {
        LittleEndian.put32(buf, base + CDW12_OFFSET, value);
    }

    /** Stores command dword 13. */
    public static void putCdw13(byte[] buf, int base, int value) {
        LittleEndian.put32(buf, base + CDW13_OFFSET, value);
    }

    /** Stores command dword 14. */
    public static void putCdw14(byte[] buf, int base, int value) {
        LittleEndian.put32(buf, base + CDW14_OFFSET, value);
    }

    /** Stores command dword 15. */
    public static void putCdw15(byte[] buf, int base, int value) {
        LittleEndian.put32(buf, base + CDW15_OFFSET, value);
    }

    /** Mask bits for a field: {@code byteCount} bytes, 0..64, from {@code byteOffset}, 0..63. */
    public static long mask(int byteOffset, int byteCount) {
        long run = byteCount >= 64 ? -1L : (1L << byteCount) - 1;
        return run << byteOffset;
    }

    /** Whether all of these bytes are known under {@code mask}. */
    public static boolean known(long mask, int byteOffset, int byteCount) {
        long field = mask(byteOffset, byteCount);
        return (mask & field) == field;
    }

    /** Whether command dword {@code n}, 0..15, is known under {@code mask}. */
    public static boolean knownCdw(long mask, int n) {
        return known(mask, 4 * n, 4);
    }
}
