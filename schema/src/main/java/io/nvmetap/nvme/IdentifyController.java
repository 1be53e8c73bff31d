package io.nvmetap.nvme;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * View of an Identify Controller page (CNS 01h, NVMe Base 2.0c 5.17.2.1). Reads and writes the
 * given array; nothing is copied. Not thread safe beyond what the array is.
 */
public final class IdentifyController {
    /** Bytes of the page. */
    public static final int SIZE = 4096;

    public static final int VID_OFFSET = 0;
    public static final int SSVID_OFFSET = 2;
    public static final int SN_OFFSET = 4;
    public static final int SN_LENGTH = 20;
    public static final int MN_OFFSET = 24;
    public static final int MN_LENGTH = 40;
    public static final int FR_OFFSET = 64;
    public static final int FR_LENGTH = 8;
    public static final int CMIC_OFFSET = 76;
    public static final int MDTS_OFFSET = 77;
    public static final int CNTLID_OFFSET = 78;
    public static final int VER_OFFSET = 80;
    public static final int RTD3E_OFFSET = 88;
    public static final int OAES_OFFSET = 92;
    public static final int CTRATT_OFFSET = 96;
    public static final int CNTRLTYPE_OFFSET = 111;
    public static final int OACS_OFFSET = 256;
    public static final int ACL_OFFSET = 258;
    public static final int AERL_OFFSET = 259;
    public static final int FRMW_OFFSET = 260;
    public static final int LPA_OFFSET = 261;
    public static final int ELPE_OFFSET = 262;
    public static final int NPSS_OFFSET = 263;
    public static final int APSTA_OFFSET = 265;
    public static final int HMPRE_OFFSET = 272;
    public static final int KAS_OFFSET = 320;
    public static final int SQES_OFFSET = 512;
    public static final int CQES_OFFSET = 513;
    public static final int MAXCMD_OFFSET = 514;
    public static final int NN_OFFSET = 516;
    public static final int ONCS_OFFSET = 520;
    public static final int VWC_OFFSET = 525;
    public static final int SGLS_OFFSET = 536;
    public static final int SUBNQN_OFFSET = 768;
    public static final int SUBNQN_LENGTH = 256;

    /** Power state descriptors, 32 of them. */
    public static final int PSD_OFFSET = 2048;

    public static final int PSD_BYTES = 32;

    /** OACS bits: Security, Format NVM, Firmware, Namespace Management, Doorbell Buffer Config. */
    public static final int OACS_SECURITY = 1 << 0;

    public static final int OACS_FORMAT = 1 << 1;
    public static final int OACS_FIRMWARE = 1 << 2;
    public static final int OACS_NAMESPACE_MANAGEMENT = 1 << 3;
    public static final int OACS_DOORBELL_BUFFER = 1 << 8;

    /** ONCS bits: Compare, Write Uncorrectable, Dataset Management, Write Zeroes, Verify, Copy. */
    public static final int ONCS_COMPARE = 1 << 0;

    public static final int ONCS_WRITE_UNCORRECTABLE = 1 << 1;
    public static final int ONCS_DATASET_MANAGEMENT = 1 << 2;
    public static final int ONCS_WRITE_ZEROES = 1 << 3;
    public static final int ONCS_VERIFY = 1 << 7;
    public static final int ONCS_COPY = 1 << 8;

    private final byte[] page;
    private final int base;

    /**
     * View of the 4096 bytes at {@code base}.
     *
     * @throws IllegalArgumentException if fewer remain
     */
    public IdentifyController(byte[] page, int base) {
        if (base < 0 || page.length - base < SIZE) {
            throw new IllegalArgumentException("an Identify page needs " + SIZE + " bytes");
        }
        this.page = page;
        this.base = base;
    }

    /** View of a whole page. */
    public IdentifyController(byte[] page) {
        this(page, 0);
    }

    /** PCI Vendor ID. */
    public int vid() {
        return LittleEndian.u16(page, base + VID_OFFSET);
    }

    /** PCI Subsystem Vendor ID. */
    public int ssvid() {
        return LittleEndian.u16(page, base + SSVID_OFFSET);
    }

    /** Serial Number, trailing blanks cut. */
    public String sn() {
        return ascii(SN_OFFSET, SN_LENGTH);
    }

    /** Model Number, trailing blanks cut. */
    public String mn() {
        return ascii(MN_OFFSET, MN_LENGTH);
    }

    /** Firmware Revision, trailing blanks cut. */
    public String fr() {
        return ascii(FR_OFFSET, FR_LENGTH);
    }

    /** Controller Multi-Path I/O and Namespace Sharing Capabilities. */
    public int cmic() {
        return LittleEndian.u8(page, base + CMIC_OFFSET);
    }

    /** Maximum Data Transfer Size: 2^n pages of CAP.MPSMIN; 0 means no limit. */
    public int mdts() {
        return LittleEndian.u8(page, base + MDTS_OFFSET);
    }

    /** Largest transfer in bytes, {@link Long#MAX_VALUE} for none (MDTS 0 or beyond 2^31 pages). */
    public long maxTransferBytes(int mpsmin) {
        int mdts = mdts();
        return mdts == 0 || mdts > 31 ? Long.MAX_VALUE : 1L << 12 + (mpsmin & 0xF) + mdts;
    }

    /** Controller ID. */
    public int cntlid() {
        return LittleEndian.u16(page, base + CNTLID_OFFSET);
    }

    /** Version, as property VS; 0 before 1.2. */
    public int ver() {
        return LittleEndian.i32(page, base + VER_OFFSET);
    }

    /** Controller Type: 0 not reported, 1 I/O, 2 discovery, 3 administrative. */
    public int cntrltype() {
        return LittleEndian.u8(page, base + CNTRLTYPE_OFFSET);
    }

    /** Optional Admin Command Support, bits OACS_*. */
    public int oacs() {
        return LittleEndian.u16(page, base + OACS_OFFSET);
    }

    /** Abort Command Limit, 0's based. */
    public int acl() {
        return LittleEndian.u8(page, base + ACL_OFFSET);
    }

    /** Asynchronous Event Request Limit, 0's based. */
    public int aerl() {
        return LittleEndian.u8(page, base + AERL_OFFSET);
    }

    /** Log Page Attributes. */
    public int lpa() {
        return LittleEndian.u8(page, base + LPA_OFFSET);
    }

    /** Error Log Page Entries, 0's based. */
    public int elpe() {
        return LittleEndian.u8(page, base + ELPE_OFFSET);
    }

    /**
     * @return autonomous power state transitions can be set (APSTA bit 0)
     */
    public boolean apsta() {
        return (page[base + APSTA_OFFSET] & 1) != 0;
    }

    /**
     * @param state power state, 0 to 31
     * @return longest time to enter and leave it, microseconds; 0 not told
     */
    public long entryAndExitUs(int state) {
        int at = base + PSD_OFFSET + state * PSD_BYTES;
        return Integer.toUnsignedLong(LittleEndian.i32(page, at + 4))
                + Integer.toUnsignedLong(LittleEndian.i32(page, at + 8));
    }

    /** SQ Entry Size: required exponent 3:0, maximum 7:4. */
    public int sqes() {
        return LittleEndian.u8(page, base + SQES_OFFSET);
    }

    /** CQ Entry Size: required exponent 3:0, maximum 7:4. */
    public int cqes() {
        return LittleEndian.u8(page, base + CQES_OFFSET);
    }

    /** Maximum outstanding commands a queue pair, 0 if not reported. */
    public int maxcmd() {
        return LittleEndian.u16(page, base + MAXCMD_OFFSET);
    }

    /** Number of Namespaces: the highest valid NSID. */
    public long nn() {
        return LittleEndian.u32(page, base + NN_OFFSET);
    }

    /** Optional NVM Command Support, bits ONCS_*. */
    public int oncs() {
        return LittleEndian.u16(page, base + ONCS_OFFSET);
    }

    /** Volatile Write Cache: present bit 0, Flush with broadcast NSID bits 2:1. */
    public int vwc() {
        return LittleEndian.u8(page, base + VWC_OFFSET);
    }

    /** SGL Support; bits 1:0 zero means none. */
    public int sgls() {
        return LittleEndian.i32(page, base + SGLS_OFFSET);
    }

    /** NVM Subsystem NVMe Qualified Name, up to the first zero byte. */
    public String subnqn() {
        return ascii(SUBNQN_OFFSET, SUBNQN_LENGTH);
    }

    /** Stores PCI Vendor ID and Subsystem Vendor ID. */
    public void putPciIds(int vid, int ssvid) {
        LittleEndian.put16(page, base + VID_OFFSET, vid);
        LittleEndian.put16(page, base + SSVID_OFFSET, ssvid);
    }

    /** Stores the Serial Number, blank padded, cut at 20 characters. */
    public void putSn(String sn) {
        putAscii(SN_OFFSET, SN_LENGTH, sn, ' ');
    }

    /** Stores the Model Number, blank padded, cut at 40 characters. */
    public void putMn(String mn) {
        putAscii(MN_OFFSET, MN_LENGTH, mn, ' ');
    }

    /** Stores the Firmware Revision, blank padded, cut at 8 characters. */
    public void putFr(String fr) {
        putAscii(FR_OFFSET, FR_LENGTH, fr, ' ');
    }

    /** Stores MDTS. */
    public void putMdts(int mdts) {
        LittleEndian.put8(page, base + MDTS_OFFSET, mdts);
    }

    /** Stores the Controller ID. */
    public void putCntlid(int cntlid) {
        LittleEndian.put16(page, base + CNTLID_OFFSET, cntlid);
    }

    /** Stores the version. */
    public void putVer(int ver) {
        LittleEndian.put32(page, base + VER_OFFSET, ver);
    }

    /** Stores the Controller Type. */
    public void putCntrltype(int cntrltype) {
        LittleEndian.put8(page, base + CNTRLTYPE_OFFSET, cntrltype);
    }

    /** Stores Optional Admin Command Support. */
    public void putOacs(int oacs) {
        LittleEndian.put16(page, base + OACS_OFFSET, oacs);
    }

    /** Stores the Abort Command Limit, 0's based. */
    public void putAcl(int acl) {
        LittleEndian.put8(page, base + ACL_OFFSET, acl);
    }

    /** Stores the Asynchronous Event Request Limit, 0's based. */
    public void putAerl(int aerl) {
        LittleEndian.put8(page, base + AERL_OFFSET, aerl);
    }

    /** Stores the Log Page Attributes. */
    public void putLpa(int lpa) {
        LittleEndian.put8(page, base + LPA_OFFSET, lpa);
    }

    /** Stores the Error Log Page Entries, 0's based. */
    public void putElpe(int elpe) {
        LittleEndian.put8(page, base + ELPE_OFFSET, elpe);
    }

    /** Stores SQ and CQ entry sizes, 66h and 44h for the usual 64 and 16 bytes. */
    public void putEntrySizes(int sqes, int cqes) {
        LittleEndian.put8(page, base + SQES_OFFSET, sqes);
        LittleEndian.put8(page, base + CQES_OFFSET, cqes);
    }

    /** Stores Maximum Outstanding Commands. */
    public void putMaxcmd(int maxcmd) {
        LittleEndian.put16(page, base + MAXCMD_OFFSET, maxcmd);
    }

    /** Stores the Number of Namespaces. */
    public void putNn(long nn) {
        LittleEndian.put32(page, base + NN_OFFSET, (int) nn);
    }

    /** Stores Optional NVM Command Support. */
    public void putOncs(int oncs) {
        LittleEndian.put16(page, base + ONCS_OFFSET, oncs);
    }

    /** Stores Volatile Write Cache. */
    public void putVwc(int vwc) {
        LittleEndian.put8(page, base + VWC_OFFSET, vwc);
    }

    /** Stores SGL Support. */
    public void putSgls(int sgls) {
        LittleEndian.put32(page, base + SGLS_OFFSET, sgls);
    }

    /** Stores the subsystem NQN, zero padded, cut at 255 characters so that a zero ends it. */
    public void putSubnqn(String subnqn) {
        putAscii(SUBNQN_OFFSET, SUBNQN_LENGTH - 1, subnqn, '\0');
        page[base + SUBNQN_OFFSET + SUBNQN_LENGTH - 1] = 0;
    }

    /** Printable ASCII up to the first zero byte; anything else becomes '?'. */
    private String ascii(int offset, int length) {
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            int c = page[base + offset + i] & 0xFF;
            if (c == 0) {
                break;
            }
            text.append(c >= 0x20 && c < 0x7F ? (char) c : '?');
        }
        return text.toString().stripTrailing();
    }

    private void putAscii(int offset, int length, String text, char pad) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        int count = Math.min(bytes.length, length);
        System.arraycopy(bytes, 0, page, base + offset, count);
        Arrays.fill(page, base + offset + count, base + offset + length, (byte) pad);
    }
}
