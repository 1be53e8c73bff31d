package io.nvmetap.nvme;

/**
 * Fields of the admin commands, over the same buffer as {@link Sqe} (NVMe Base 2.0c 5). Each
 * accessor has meaning only for the command it names; none checks the opcode. Setters store whole
 * dwords, so that a builder leaves no stale bit behind.
 */
public final class AdminSqe {
    /** QPRIO values of Create I/O Submission Queue. */
    public static final int QPRIO_URGENT = 0;

    public static final int QPRIO_HIGH = 1;
    public static final int QPRIO_MEDIUM = 2;
    public static final int QPRIO_LOW = 3;

    /** SEL value of Get Features that asks for capabilities and transfers no data. */
    public static final int SEL_SUPPORTED = 3;

    private AdminSqe() {}

    /** Queue Identifier of Create and Delete I/O SQ/CQ (5.4 to 5.7). */
    public static int qid(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) & 0xFFFF;
    }

    /** Queue Size of Create I/O SQ/CQ, 0's based: 1 means two entries. */
    public static int qsize0(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) >>> 16;
    }

    /** Physically Contiguous, of Create I/O SQ/CQ. */
    public static boolean pc(byte[] buf, int base) {
        return (Sqe.cdw11(buf, base) & 1) != 0;
    }

    /** Completion Queue Identifier of Create I/O SQ (5.5). */
    public static int cqid(byte[] buf, int base) {
        return Sqe.cdw11(buf, base) >>> 16;
    }

    /** Queue Priority of Create I/O SQ (5.5), 0..3. */
    public static int qprio(byte[] buf, int base) {
        return Sqe.cdw11(buf, base) >>> 1 & 3;
    }

    /** Interrupts Enabled, of Create I/O CQ (5.4). */
    public static boolean ien(byte[] buf, int base) {
        return (Sqe.cdw11(buf, base) & 2) != 0;
    }

    /** Interrupt Vector of Create I/O CQ (5.4). */
    public static int iv(byte[] buf, int base) {
        return Sqe.cdw11(buf, base) >>> 16;
    }

    /** Controller or Namespace Structure of Identify (5.17). */
    public static int cns(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) & 0xFF;
    }

    /** Controller Identifier of Identify. */
    public static int cntid(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) >>> 16;
    }

    /** Command Set Identifier of Identify. */
    public static int csi(byte[] buf, int base) {
        return Sqe.cdw11(buf, base) >>> 24;
    }

    /** CNS Specific Identifier of Identify. */
    public static int cnsSpecificId(byte[] buf, int base) {
        return Sqe.cdw11(buf, base) & 0xFFFF;
    }

    /** Feature Identifier of Set and Get Features (5.27, 5.15). */
    public static int fid(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) & 0xFF;
    }

    /** Save, of Set Features. */
    public static boolean sv(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) < 0;
    }

    /** Select, of Get Features: 0 current, 1 default, 2 saved, 3 supported capabilities. */
    public static int sel(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) >>> 8 & 7;
    }

    /** Log Page Identifier of Get Log Page (5.16). */
    public static int lid(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) & 0xFF;
    }

    /** Log Specific Field of Get Log Page, 7 bits. */
    public static int lsp(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) >>> 8 & 0x7F;
    }

    /** Retain Asynchronous Event, of Get Log Page. */
    public static boolean rae(byte[] buf, int base) {
        return (Sqe.cdw10(buf, base) & 0x8000) != 0;
    }

    /** Bytes asked for by Get Log Page: (NUMDU:NUMDL + 1) dwords, 4..2^34. */
    public static long logLengthBytes(byte[] buf, int base) {
        long numd0 = (long) (Sqe.cdw11(buf, base) & 0xFFFF) << 16 | Sqe.cdw10(buf, base) >>> 16;
        return (numd0 + 1) * 4;
    }

    /** Log Page Offset (LPOU:LPOL) of Get Log Page: bytes, or an index where OT is set. */
    public static long logOffset(byte[] buf, int base) {
        return LittleEndian.i64(buf, base + Sqe.CDW12_OFFSET);
    }

    /** SQ Identifier of the command to Abort (5.1). */
    public static int abortSqid(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) & 0xFFFF;
    }

    /** Command Identifier to Abort (5.1). */
    public static int abortCid(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) >>> 16;
    }

    /** LBA format index of Format NVM (5.14): LBAFU:LBAFL, 0..63. */
    public static int formatLbaf(byte[] buf, int base) {
        int cdw10 = Sqe.cdw10(buf, base);
        return (cdw10 >>> 12 & 3) << 4 | cdw10 & 0xF;
    }

    /** Secure Erase Settings of Format NVM: 0 none, 1 user data, 2 cryptographic. */
    public static int formatSes(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) >>> 9 & 7;
    }

    /** Select, of Namespace Management and Attachment (5.23, 5.22). */
    public static int namespaceSel(byte[] buf, int base) {
        return Sqe.cdw10(buf, base) & 0xF;
    }

    /** Stores CDW10 and CDW11 of Create I/O Completion Queue. */
    public static void putCreateCq(byte[] buf, int base, int qid, int qsize0, int iv, boolean ien) {
        Sqe.putCdw10(buf, base, qsize0 << 16 | qid & 0xFFFF);
        Sqe.putCdw11(buf, base, iv << 16 | (ien ? 2 : 0) | 1);
    }

    /** Stores CDW10 and CDW11 of Create I/O Submission Queue, priority urgent (0). */
    public static void putCreateSq(byte[] buf, int base, int qid, int qsize0, int cqid) {
        Sqe.putCdw10(buf, base, qsize0 << 16 | qid & 0xFFFF);
        Sqe.putCdw11(buf, base, cqid << 16 | 1);
    }

    /** Stores CDW10 of Delete I/O SQ/CQ. */
    public static void putDeleteQueue(byte[] buf, int base, int qid) {
        Sqe.putCdw10(buf, base, qid & 0xFFFF);
    }

    /** Stores CDW10 of Identify. */
    public static void putIdentify(byte[] buf, int base, int cns, int cntid) {
        Sqe.putCdw10(buf, base, cntid << 16 | cns & 0xFF);
    }

    /** Stores CDW10 and CDW11 of Set Features, not saved. */
    public static void putSetFeatures(byte[] buf, int base, int fid, int value) {
        Sqe.putCdw10(buf, base, fid & 0xFF);
        Sqe.putCdw11(buf, base, value);
    }

    /** Stores CDW10 of Get Features. */
    public static void putGetFeatures(byte[] buf, int base, int fid, int sel) {
        Sqe.putCdw10(buf, base, (sel & 7) << 8 | fid & 0xFF);
    }

    /**
     * Stores CDW10 and CDW11 of Get Log Page, offset left as it is.
     *
     * @param lengthBytes a positive multiple of 4, at most 2^34
     */
    public static void putGetLog(byte[] buf, int base, int lid, long lengthBytes) {
        long numd0 = lengthBytes / 4 - 1;
        Sqe.putCdw10(buf, base, (int) numd0 << 16 | lid & 0xFF);
        Sqe.putCdw11(buf, base, (int) (numd0 >>> 16) & 0xFFFF);
    }

    /** Stores CDW10 of Abort. */
    public static void putAbort(byte[] buf, int base, int sqid, int cid) {
        Sqe.putCdw10(buf, base, cid << 16 | sqid & 0xFFFF);
    }
}
