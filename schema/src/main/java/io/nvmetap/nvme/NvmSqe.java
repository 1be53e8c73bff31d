package io.nvmetap.nvme;

/**
 * Fields of the NVM Command Set's I/O commands, over the same buffer as {@link Sqe} (NVM Command
 * Set 1.0c 3.2). Each accessor has meaning only for the commands it names; none checks the opcode.
 */
public final class NvmSqe {
    private NvmSqe() {}

    /** Starting LBA (CDW11:CDW10) of Read, Write, Compare, Write Zeroes, Verify, and others. */
    public static long slba(byte[] buf, int base) {
        return LittleEndian.i64(buf, base + Sqe.CDW10_OFFSET);
    }

    /** Number of Logical Blocks, 0's based as in the command, 0..65535. */
    public static int nlb0(byte[] buf, int base) {
        return Sqe.cdw12(buf, base) & 0xFFFF;
    }

    /** Number of logical blocks, 1..65536. */
    public static int blockCount(byte[] buf, int base) {
        return nlb0(buf, base) + 1;
    }

    /** Whether commands of this opcode name a range of logical blocks, as Read does. */
    public static boolean hasRange(int opcode) {
        return switch (opcode) {
            case Opcodes.IO_READ, Opcodes.IO_WRITE, Opcodes.IO_COMPARE, Opcodes.IO_WRITE_ZEROES ->
                    true;
            default -> false;
        };
    }

    /** Force Unit Access, of Read and Write. */
    public static boolean fua(byte[] buf, int base) {
        return (Sqe.cdw12(buf, base) & 1 << 30) != 0;
    }

    /** Limited Retry, of Read and Write. */
    public static boolean lr(byte[] buf, int base) {
        return Sqe.cdw12(buf, base) < 0;
    }

    /** Protection Information field (PRACT and PRCHK), 4 bits. */
    public static int prinfo(byte[] buf, int base) {
        return Sqe.cdw12(buf, base) >>> 26 & 0xF;
    }

    /** Directive Type of Write, 4 bits. */
    public static int dtype(byte[] buf, int base) {
        return Sqe.cdw12(buf, base) >>> 20 & 0xF;
    }

    /** Deallocate, of Write Zeroes. */
    public static boolean deac(byte[] buf, int base) {
        return (Sqe.cdw12(buf, base) & 1 << 25) != 0;
    }

    /** Number of Ranges of Dataset Management, 0's based as in the command, 0..255. */
    public static int nr0(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) & 0xFF;
    }

    /** Attribute Deallocate, of Dataset Management. */
    public static boolean ad(byte[] buf, int base) {
        return (Sqe.cdw11(buf, base) & 4) != 0;
    }

    /** Number of source ranges of Copy, 0's based as in the command, 0..255. */
    public static int copyNr0(byte[] buf, int base) {
        return Sqe.cdw12(buf, base) & 0xFF;
    }

    /** Source range descriptor format of Copy, 0..15. */
    public static int copyFormat(byte[] buf, int base) {
        return Sqe.cdw12(buf, base) >>> 8 & 0xF;
    }

    /** Stores the starting LBA. */
    public static void putSlba(byte[] buf, int base, long slba) {
        LittleEndian.put64(buf, base + Sqe.CDW10_OFFSET, slba);
    }

    /** Stores SLBA and CDW12 of Read, Write, Compare or Write Zeroes; all flags clear. */
    public static void putRange(byte[] buf, int base, long slba, int blockCount) {
        putSlba(buf, base, slba);
        Sqe.putCdw12(buf, base, blockCount - 1 & 0xFFFF);
    }

    /** Stores CDW10 and CDW11 of Dataset Management for {@code rangeCount} ranges, 1..256. */
    public static void putDsm(byte[] buf, int base, int rangeCount, boolean deallocate) {
        Sqe.putCdw10(buf, base, rangeCount - 1 & 0xFF);
        Sqe.putCdw11(buf, base, deallocate ? 4 : 0);
    }
}
