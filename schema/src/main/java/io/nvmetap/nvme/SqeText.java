package io.nvmetap.nvme;

import java.util.Locale;

/** Builds the line for one command: fields by byte range, "?" where the range is not known. */
final class SqeText {
    private final byte[] buf;
    private final int base;
    private final long known;
    private final StringBuilder line = new StringBuilder(96);

    SqeText(byte[] buf, int base, long known) {
        this.buf = buf;
        this.base = base;
        this.known = known;
    }

    static String code(int value) {
        return String.format(Locale.ROOT, "%02Xh", value);
    }

    boolean has(int byteOffset, int byteCount) {
        return Sqe.known(known, byteOffset, byteCount);
    }

    int flags() {
        return Sqe.flags(buf, base);
    }

    SqeText word(String word) {
        if (line.length() > 0) {
            line.append(' ');
        }
        line.append(word);
        return this;
    }

    SqeText nothing() {
        return this;
    }

    private SqeText field(String name, int byteOffset, int byteCount, Object value) {
        return word(name + "=" + (has(byteOffset, byteCount) ? value : "?"));
    }

    private long value(int byteOffset, int byteCount) {
        return switch (byteCount) {
            case 1 -> LittleEndian.u8(buf, base + byteOffset);
            case 2 -> LittleEndian.u16(buf, base + byteOffset);
            case 4 -> LittleEndian.u32(buf, base + byteOffset);
            default -> LittleEndian.i64(buf, base + byteOffset);
        };
    }

    SqeText number(String name, int byteOffset, int byteCount) {
        return field(name, byteOffset, byteCount, value(byteOffset, byteCount));
    }

    SqeText hex(String name, int byteOffset, int byteCount) {
        String hex = "0x" + Long.toHexString(value(byteOffset, byteCount));
        return field(name, byteOffset, byteCount, hex);
    }

    SqeText place(String name, VendorCommand.Place place) {
        boolean seen = place.known(known);
        String hex = "0x" + Long.toHexString(place.address(buf, base));
        return word(name + "=" + (seen ? hex : "?"));
    }

    SqeText nsid() {
        long nsid = Sqe.nsid(buf, base);
        return field("nsid", Sqe.NSID_OFFSET, 4, nsid == Sqe.NSID_ALL ? "all" : nsid);
    }

    private SqeText prps() {
        return hex("prp1", Sqe.PRP1_OFFSET, 8).hex("prp2", Sqe.PRP2_OFFSET, 8);
    }

    /** A word that appears only if its bit is known and set. */
    private SqeText flag(String name, int byteOffset, boolean set) {
        return set && has(byteOffset, 1) ? word(name) : this;
    }

    void createSq() {
        queue().number("cqid", 46, 2).field("pc", 44, 1, AdminSqe.pc(buf, base) ? 1 : 0);
        field("qprio", 44, 1, AdminSqe.qprio(buf, base)).hex("prp1", Sqe.PRP1_OFFSET, 8);
    }

    void createCq() {
        queue().number("iv", 46, 2).field("ien", 44, 1, AdminSqe.ien(buf, base) ? 1 : 0);
        field("pc", 44, 1, AdminSqe.pc(buf, base) ? 1 : 0).hex("prp1", Sqe.PRP1_OFFSET, 8);
    }

    private SqeText queue() {
        return number("qid", 40, 2).field("entries", 42, 2, AdminSqe.qsize0(buf, base) + 1);
    }

    void identify() {
        int cns = AdminSqe.cns(buf, base);
        field("cns", 40, 1, cns + " (" + IdentifyCns.name(cns) + ")").nsid();
        if (AdminSqe.cntid(buf, base) != 0) {
            number("cntid", 42, 2);
        }
        if (AdminSqe.csi(buf, base) != 0) {
            number("csi", 47, 1);
        }
        prps();
    }

    void getLogPage() {
        int lid = AdminSqe.lid(buf, base);
        field("lid", 40, 1, code(lid) + " (" + LogPageId.name(lid) + ")").nsid();
        boolean lengthSeen = has(42, 4);
        word("bytes=" + (lengthSeen ? AdminSqe.logLengthBytes(buf, base) : "?"));
        hex("offset", Sqe.CDW12_OFFSET, 8);
        flag("rae", 41, AdminSqe.rae(buf, base)).prps();
    }

    void setFeatures() {
        feature().hex("cdw11", Sqe.CDW11_OFFSET, 4);
        int cdw11 = Sqe.cdw11(buf, base);
        if (AdminSqe.fid(buf, base) == FeatureId.NUMBER_OF_QUEUES && has(40, 8)) {
            word("sqs=" + ((cdw11 & 0xFFFF) + 1)).word("cqs=" + ((cdw11 >>> 16) + 1));
        }
        flag("sv", 43, AdminSqe.sv(buf, base));
    }

    void getFeatures() {
        feature().field("sel", 41, 1, AdminSqe.sel(buf, base));
    }

    private SqeText feature() {
        int fid = AdminSqe.fid(buf, base);
        return field("fid", 40, 1, code(fid) + " (" + FeatureId.name(fid) + ")").nsid();
    }

    void format() {
        nsid().field("lbaf", 40, 2, AdminSqe.formatLbaf(buf, base));
        field("ses", 41, 1, AdminSqe.formatSes(buf, base));
    }

    void range(int opcode) {
        nsid().hex("slba", Sqe.CDW10_OFFSET, 8);
        field("blocks", Sqe.CDW12_OFFSET, 2, NvmSqe.blockCount(buf, base));
        boolean zeroes = opcode == Opcodes.IO_WRITE_ZEROES;
        flag("deac", 51, zeroes && NvmSqe.deac(buf, base));
        flag("fua", 51, NvmSqe.fua(buf, base)).flag("lr", 51, NvmSqe.lr(buf, base));
    }

    void dsm() {
        nsid().field("ranges", 40, 1, NvmSqe.nr0(buf, base) + 1);
        flag("deallocate", 44, NvmSqe.ad(buf, base));
    }

    void copy() {
        nsid().hex("sdlba", Sqe.CDW10_OFFSET, 8);
        field("ranges", 48, 1, NvmSqe.copyNr0(buf, base) + 1);
    }

    /** Named, but without a layout here: namespace, data pointer, the dwords that are not zero. */
    void generic() {
        nsid().prps();
        for (int n = 10; n <= 15; n++) {
            if (!Sqe.knownCdw(known, n) || Sqe.cdw(buf, base, n) != 0) {
                hex("cdw" + n, 4 * n, 4);
            }
        }
    }

    /** Nobody knows it: everything. */
    void raw() {
        nsid().hex("cdw2", Sqe.CDW2_OFFSET, 4).hex("cdw3", Sqe.CDW3_OFFSET, 4);
        hex("mptr", Sqe.MPTR_OFFSET, 8).prps();
        for (int n = 10; n <= 15; n++) {
            hex("cdw" + n, 4 * n, 4);
        }
    }

    @Override
    public String toString() {
        return line.toString();
    }
}
