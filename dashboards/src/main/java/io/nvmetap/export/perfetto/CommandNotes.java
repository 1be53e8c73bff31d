package io.nvmetap.export.perfetto;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.CommandText;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.nvme.VendorCatalog;
import java.util.HexFormat;

/** Names and notes of commands and completions; a field that was not seen has no note. */
final class CommandNotes {
    private final VendorCatalog vendors;

    CommandNotes(VendorCatalog vendors) {
        this.vendors = vendors;
    }

    /**
     * @return name of the command, as {@code show} gives it
     */
    String name(CapturedEvent e) {
        if ((e.known & Sqe.KNOWN_OPCODE) == 0) {
            return "opcode not seen";
        }
        int opcode = Sqe.opcode(e.entry, 0);
        return vendors.find(e.qid == 0, opcode)
                .map(v -> v.name())
                .orElseGet(() -> Opcodes.of(e.qid == 0, opcode).name());
    }

    void command(PacketWriter out, CapturedEvent e) {
        out.note("seq", e.seq);
        out.note("sqid", e.qid);
        if (e.slot >= 0) {
            out.note("slot", e.slot);
        }
        if (Sqe.known(e.known, Sqe.CID_OFFSET, 2)) {
            out.note("cid", Sqe.cid(e.entry, 0));
        }
        out.note("commandId", e.commandId);
        out.note("owner", e.owner.name());
        if ((e.known & Sqe.KNOWN_OPCODE) != 0) {
            out.note("opcode", Sqe.opcode(e.entry, 0));
        }
        if (Sqe.known(e.known, Sqe.NSID_OFFSET, 4)) {
            out.note("nsid", Sqe.nsid(e.entry, 0));
        }
        range(out, e);
        if (e.dataBytes >= 0) {
            out.note("dataBytes", e.dataBytes);
        }
        out.note("text", CommandText.sqe(e.qid == 0, e.entry, 0, e.known, vendors));
        out.note("sqe", hex(e.entry, e.entryBytes, e.known));
    }

    private static void range(PacketWriter out, CapturedEvent e) {
        boolean io = e.qid != 0 && (e.known & Sqe.KNOWN_OPCODE) != 0;
        if (!io || !NvmSqe.hasRange(Sqe.opcode(e.entry, 0))) {
            return;
        }
        if (Sqe.known(e.known, Sqe.CDW10_OFFSET, 8)) {
            out.note("slba", NvmSqe.slba(e.entry, 0));
        }
        if (Sqe.known(e.known, Sqe.CDW12_OFFSET, 2)) {
            out.note("blocks", NvmSqe.blockCount(e.entry, 0));
        }
    }

    void completion(PacketWriter out, byte[] cqe, int known) {
        if (Cqe.known(known, Cqe.STATUS_OFFSET, 2)) {
            out.note("status", StatusCode.describe(Cqe.status(cqe, 0)));
        }
        if (Cqe.known(known, Cqe.DW0_OFFSET, 4)) {
            out.note("dw0", Cqe.dw0(cqe, 0) & 0xFFFF_FFFFL);
        }
        if (Cqe.known(known, Cqe.SQHD_OFFSET, 2)) {
            out.note("sqhd", Cqe.sqhd(cqe, 0));
        }
        out.note("cqe", hex(cqe, Cqe.SIZE, known & 0xFFFFL | ~0xFFFFL));
    }

    /** Bytes as they lie in memory; "--" was not seen. */
    static String hex(byte[] entry, int bytes, long known) {
        StringBuilder s = new StringBuilder(bytes * 2);
        HexFormat hex = HexFormat.of();
        for (int i = 0; i < bytes; i++) {
            boolean seen = i >= Long.SIZE || (known >>> i & 1) != 0;
            s.append(seen ? hex.toHexDigits(entry[i]) : "--");
        }
        return s.toString();
    }
}
