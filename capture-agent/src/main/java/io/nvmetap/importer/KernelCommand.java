package io.nvmetap.importer;

import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;

/**
 * The submission entry behind an {@code nvme_setup_cmd} line, as far as the line tells it: opcode,
 * flags, CID, NSID and what the kernel prints of CDW10 to CDW15. Refilled for each line.
 */
final class KernelCommand {
    /** Bits of {@code cmdid} that number the request; above them kernels since 5.15 count uses. */
    static final int TAG_MASK = 0xFFF;

    private static final int CDW_BYTES = 24;

    final byte[] sqe = new byte[Sqe.SIZE];

    /** Bit i: byte i is told. */
    long known;

    int qid;
    int cid;

    /**
     * @return false if the line lacks what every command has
     */
    boolean read(FtraceLine l) {
        Arrays.fill(sqe, (byte) 0);
        known = 0;
        long q = l.field("qid");
        long c = l.field("cmdid");
        String text = l.command();
        boolean told = l.byFields() || !text.isEmpty();
        if (q < 0 || q > 0xFFFF || c < 0 || c > 0xFFFF || !told) {
            return false;
        }
        qid = (int) q;
        cid = (int) c;
        if (l.byFields()) {
            common(l, l.field("opcode"));
            array(l.text());
            return true;
        }
        int space = text.indexOf(' ');
        String name = space < 0 ? text : text.substring(0, space);
        String arguments = space < 0 ? "" : text.substring(space + 1);
        int opcode = KernelOpcodes.opcode(name);
        common(l, opcode);
        if (opcode >= 0) {
            arguments(opcode, arguments);
        }
        return true;
    }

    private void common(FtraceLine l, long opcode) {
        put(0, 1, opcode);
        put(1, 1, l.field("flags"));
        put(2, 2, cid);
        put(4, 4, l.field("nsid"));
    }

    /** {@code cdw10=ARRAY[05, 00, …]}; bytes that look like text are printed so and left out. */
    private void array(String text) {
        String sign = "cdw10=ARRAY[";
        int from = text.indexOf(sign);
        int end = text.indexOf(']', from + 1);
        if (from >= 0 && end > from) {
            bytes(text.substring(from + sign.length(), end).split(", "));
        }
    }

    private void arguments(int opcode, String text) {
        int raw = text.indexOf("cdw10=");
        if (raw >= 0 && text.indexOf(' ', raw) > 0) {
            bytes(text.substring(raw + "cdw10=".length()).strip().split(" "));
        } else if (qid == 0) {
            admin(opcode, text);
        } else {
            io(opcode, text);
        }
    }

    /** Twenty-four bytes in hexadecimal. */
    private void bytes(String[] parts) {
        if (parts.length != CDW_BYTES) {
            return;
        }
        for (int i = 0; i < CDW_BYTES; i++) {
            put(Sqe.CDW10_OFFSET + i, 1, FtraceLine.number("0x" + parts[i]));
        }
    }

    private void admin(int opcode, String text) {
        switch (opcode) {
            case Opcodes.ADMIN_IDENTIFY -> {
                put(40, 1, FtraceLine.field(text, "cns"));
                put(42, 2, FtraceLine.field(text, "ctrlid"));
            }
            case Opcodes.ADMIN_CREATE_CQ -> {
                put(40, 2, FtraceLine.field(text, "cqid"));
                put(42, 2, FtraceLine.field(text, "qsize"));
                put(44, 2, FtraceLine.field(text, "cq_flags"));
                put(46, 2, FtraceLine.field(text, "irq_vector"));
            }
            case Opcodes.ADMIN_CREATE_SQ -> {
                put(40, 2, FtraceLine.field(text, "sqid"));
                put(42, 2, FtraceLine.field(text, "qsize"));
                put(44, 2, FtraceLine.field(text, "sq_flags"));
                put(46, 2, FtraceLine.field(text, "cqid"));
            }
            case Opcodes.ADMIN_DELETE_SQ -> put(40, 2, FtraceLine.field(text, "sqid"));
            case Opcodes.ADMIN_DELETE_CQ -> put(40, 2, FtraceLine.field(text, "cqid"));
            case Opcodes.ADMIN_SET_FEATURES, Opcodes.ADMIN_GET_FEATURES -> {
                put(40, 1, FtraceLine.field(text, "fid"));
                put(44, 4, FtraceLine.field(text, "cdw11"));
            }
            default -> {
                // Format NVM and others print parts of bytes: nothing whole.
            }
        }
    }

    private void io(int opcode, String text) {
        if (opcode == Opcodes.IO_DATASET_MANAGEMENT) {
            put(40, 4, FtraceLine.field(text, "nr"));
            put(44, 4, FtraceLine.field(text, "attributes"));
            return;
        }
        put(40, 8, FtraceLine.field(text, "slba"));
        put(48, 2, FtraceLine.field(text, "len"));
        put(50, 2, FtraceLine.field(text, "ctrl"));
        put(52, 4, FtraceLine.field(text, "dsmgmt"));
        put(56, 4, FtraceLine.field(text, "reftag"));
    }

    /** Little-endian; a value that is not there, or too large, leaves the bytes unknown. */
    private void put(int at, int count, long value) {
        boolean fits = count == 8 || value >>> (8 * count) == 0;
        if (value == -1 || !fits) {
            return;
        }
        for (int i = 0; i < count; i++) {
            sqe[at + i] = (byte) (value >>> (8 * i));
        }
        known |= ((1L << count) - 1) << at;
    }
}
