package io.nvmetap.nvme;

import java.util.Optional;

/**
 * BAR0 offsets, field extractors and doorbell arithmetic (NVMe Base 2.0c 3.1.3, Controller
 * Properties; NVMe over PCIe Transport 1.0, Submission Queue y Tail Doorbell and Completion Queue y
 * Head Doorbell). Offsets are bytes from the start of BAR0. Extractors take the raw value of the
 * whole property.
 */
public final class Registers {
    public static final int CAP = 0x00;
    public static final int CAP_HIGH = 0x04;
    public static final int VS = 0x08;
    public static final int INTMS = 0x0C;
    public static final int INTMC = 0x10;
    public static final int CC = 0x14;
    public static final int CSTS = 0x1C;
    public static final int NSSR = 0x20;
    public static final int AQA = 0x24;
    public static final int ASQ = 0x28;
    public static final int ASQ_HIGH = 0x2C;
    public static final int ACQ = 0x30;
    public static final int ACQ_HIGH = 0x34;
    public static final int CMBLOC = 0x38;
    public static final int CMBSZ = 0x3C;
    public static final int CMBMSC = 0x50;
    public static final int PMRCAP = 0xE00;
    public static final int PMRMSCU = 0xE18;

    /** First doorbell: admin SQ tail. */
    public static final int DOORBELL_BASE = 0x1000;

    /** Value that resets the NVM subsystem when written to NSSR: "NVMe" (3.1.3.7). */
    public static final int NSSR_RESET = 0x4E56_4D65;

    /** CC.SHN values: no notification, normal, abrupt. */
    public static final int SHN_NONE = 0;

    public static final int SHN_NORMAL = 1;
    public static final int SHN_ABRUPT = 2;

    /** CSTS.SHST values: normal operation, shutdown occurring, shutdown complete. */
    public static final int SHST_NORMAL = 0;

    public static final int SHST_OCCURRING = 1;
    public static final int SHST_COMPLETE = 2;

    /** CC.CSS values: NVM command set, all supported I/O command sets, admin only. */
    public static final int CSS_NVM = 0;

    public static final int CSS_ALL = 6;
    public static final int CSS_ADMIN_ONLY = 7;

    /** Milliseconds per unit of CAP.TO. */
    public static final int CAP_TO_UNIT_MS = 500;

    private static final int LAST_INDEXED_OFFSET = 0xFFC;

    /** Register by offset / 4; an 8-byte register fills two places. */
    private static final Register[] BY_DWORD = index();

    private Registers() {}

    private static Register[] index() {
        Register[] byDword = new Register[LAST_INDEXED_OFFSET / 4 + 1];
        for (Register register : Register.values()) {
            for (int at = 0; at < register.width(); at += 4) {
                byDword[(register.offset() + at) / 4] = register;
            }
        }
        return byDword;
    }

    /** The property that holds the byte at {@code offset}; empty for reserved space, doorbells. */
    public static Optional<Register> at(long offset) {
        if (offset < 0 || offset > LAST_INDEXED_OFFSET) {
            return Optional.empty();
        }
        return Optional.ofNullable(BY_DWORD[(int) offset / 4]);
    }

    /** Symbol of the property at {@code offset}, "CAP+4" for an upper half, "reserved 0x18". */
    public static String name(long offset) {
        if (isDoorbell(offset)) {
            return "doorbell 0x" + Long.toHexString(offset);
        }
        Optional<Register> register = at(offset);
        if (register.isEmpty()) {
            return "reserved 0x" + Long.toHexString(offset);
        }
        long inside = offset - register.get().offset();
        return inside == 0 ? register.get().name() : register.get().name() + "+" + inside;
    }

    /** One line: name, value and the fields worth reading. See {@link RegisterText}. */
    public static String describe(long offset, long value) {
        return RegisterText.describe(offset, value);
    }

    // ---- doorbells ----

    /** Whether {@code offset} lies in the doorbell space. */
    public static boolean isDoorbell(long offset) {
        return offset >= DOORBELL_BASE;
    }

    /** Whether {@code offset} is the start of a doorbell, not inside or between two. */
    public static boolean isDoorbellAligned(long offset, int dstrd) {
        return isDoorbell(offset) && (offset - DOORBELL_BASE) % doorbellStride(dstrd) == 0;
    }

    /** Bytes from one doorbell to the next: 4 << CAP.DSTRD. */
    public static int doorbellStride(int dstrd) {
        return 4 << (dstrd & 0xF);
    }

    /** Queue that a doorbell offset belongs to; may exceed 65535 for an offset out of range. */
    public static int doorbellQid(long offset, int dstrd) {
        return (int) ((offset - DOORBELL_BASE) / doorbellStride(dstrd) >>> 1);
    }

    /** Whether a doorbell offset is a CQ head (true) or an SQ tail (false). */
    public static boolean doorbellIsCompletion(long offset, int dstrd) {
        return ((offset - DOORBELL_BASE) / doorbellStride(dstrd) & 1) != 0;
    }

    /** Offset of the SQ tail or CQ head doorbell of {@code qid}. */
    public static long doorbellOffset(int qid, boolean completion, int dstrd) {
        return DOORBELL_BASE + (2L * qid + (completion ? 1 : 0)) * doorbellStride(dstrd);
    }

    // ---- CAP (3.1.3.1) ----

    /** Maximum Queue Entries Supported, 0's based. */
    public static int capMqes(long cap) {
        return (int) cap & 0xFFFF;
    }

    /** Contiguous Queues Required. */
    public static boolean capCqr(long cap) {
        return (cap >>> 16 & 1) != 0;
    }

    /** Arbitration Mechanism Supported, bits 18:17. */
    public static int capAms(long cap) {
        return (int) (cap >>> 17) & 3;
    }

    /** Timeout in units of 500 ms. */
    public static int capTo(long cap) {
        return (int) (cap >>> 24) & 0xFF;
    }

    /** Doorbell Stride exponent. */
    public static int capDstrd(long cap) {
        return (int) (cap >>> 32) & 0xF;
    }

    /** NVM Subsystem Reset Supported. */
    public static boolean capNssrs(long cap) {
        return (cap >>> 36 & 1) != 0;
    }

    /** Command Sets Supported, bits 44:37: bit 0 NVM, bit 6 I/O command sets, bit 7 none. */
    public static int capCss(long cap) {
        return (int) (cap >>> 37) & 0xFF;
    }

    /** Boot Partition Support. */
    public static boolean capBps(long cap) {
        return (cap >>> 45 & 1) != 0;
    }

    /** Controller Power Scope, bits 47:46. */
    public static int capCps(long cap) {
        return (int) (cap >>> 46) & 3;
    }

    /** Memory Page Size Minimum: 2^(12 + n) bytes. */
    public static int capMpsmin(long cap) {
        return (int) (cap >>> 48) & 0xF;
    }

    /** Memory Page Size Maximum: 2^(12 + n) bytes. */
    public static int capMpsmax(long cap) {
        return (int) (cap >>> 52) & 0xF;
    }

    /** Persistent Memory Region Supported. */
    public static boolean capPmrs(long cap) {
        return (cap >>> 56 & 1) != 0;
    }

    /** Controller Memory Buffer Supported. */
    public static boolean capCmbs(long cap) {
        return (cap >>> 57 & 1) != 0;
    }

    /** NVM Subsystem Shutdown Supported. */
    public static boolean capNsss(long cap) {
        return (cap >>> 58 & 1) != 0;
    }

    /** Controller Ready Modes Supported, bits 60:59. */
    public static int capCrms(long cap) {
        return (int) (cap >>> 59) & 3;
    }

    // ---- CC (3.1.3.5) ----

    /** Enable. */
    public static boolean ccEn(int cc) {
        return (cc & 1) != 0;
    }

    /** I/O Command Set Selected, bits 6:4. */
    public static int ccCss(int cc) {
        return cc >>> 4 & 7;
    }

    /** Memory Page Size exponent, bits 10:7. */
    public static int ccMps(int cc) {
        return cc >>> 7 & 0xF;
    }

    /** Memory page in bytes: 4096 << CC.MPS, 4096..134217728. */
    public static int ccPageSize(int cc) {
        return 4096 << ccMps(cc);
    }

    /** Arbitration Mechanism Selected, bits 13:11. */
    public static int ccAms(int cc) {
        return cc >>> 11 & 7;
    }

    /** Shutdown Notification, bits 15:14. */
    public static int ccShn(int cc) {
        return cc >>> 14 & 3;
    }

    /** I/O SQ Entry Size exponent, bits 19:16; 6 means 64 bytes. */
    public static int ccIosqes(int cc) {
        return cc >>> 16 & 0xF;
    }

    /** I/O CQ Entry Size exponent, bits 23:20; 4 means 16 bytes. */
    public static int ccIocqes(int cc) {
        return cc >>> 20 & 0xF;
    }

    /** Controller Ready Independent of Media Enable. */
    public static boolean ccCrime(int cc) {
        return (cc >>> 24 & 1) != 0;
    }

    // ---- CSTS (3.1.3.6) ----

    /** Ready. */
    public static boolean cstsRdy(int csts) {
        return (csts & 1) != 0;
    }

    /** Controller Fatal Status. */
    public static boolean cstsCfs(int csts) {
        return (csts & 2) != 0;
    }

    /** Shutdown Status, bits 3:2. */
    public static int cstsShst(int csts) {
        return csts >>> 2 & 3;
    }

    /** NVM Subsystem Reset Occurred. */
    public static boolean cstsNssro(int csts) {
        return (csts & 16) != 0;
    }

    /** Processing Paused. */
    public static boolean cstsPp(int csts) {
        return (csts & 32) != 0;
    }

    /** Shutdown Type: NVM subsystem (true) or controller. */
    public static boolean cstsSt(int csts) {
        return (csts & 64) != 0;
    }

    // ---- AQA (3.1.3.8) and VS (3.1.3.2) ----

    /** Admin SQ size, 0's based, bits 11:0. */
    public static int aqaAsqs(int aqa) {
        return aqa & 0xFFF;
    }

    /** Admin CQ size, 0's based, bits 27:16. */
    public static int aqaAcqs(int aqa) {
        return aqa >>> 16 & 0xFFF;
    }

    /** AQA value for these sizes in entries, 2..4096 each. */
    public static int aqa(int asqEntries, int acqEntries) {
        return (acqEntries - 1 & 0xFFF) << 16 | asqEntries - 1 & 0xFFF;
    }

    /** "1.4.0" from VS: major 31:16, minor 15:8, tertiary 7:0. */
    public static String version(int vs) {
        return (vs >>> 16) + "." + (vs >>> 8 & 0xFF) + "." + (vs & 0xFF);
    }
}
