package io.nvmetap.nvme;

import java.util.Optional;

/**
 * One line of text for a submission or completion entry. What the source did not see is shown as
 * "?"; an opcode nobody names is shown with all its dwords.
 */
public final class CommandText {
    private CommandText() {}

    /** Text of a fully known command, with the bundled vendor catalog. */
    public static String sqe(boolean admin, byte[] buf, int base) {
        return sqe(admin, buf, base, Sqe.KNOWN_ALL, VendorCatalog.bundled());
    }

    /**
     * Text of a command.
     *
     * @param admin whether it is on the admin queue
     * @param buf entry bytes; fewer than 64 from {@code base} count as not known
     * @param base where the entry begins, not negative
     * @param known known mask, see {@link Sqe#known}
     * @param catalog names for vendor commands
     */
    public static String sqe(
            boolean admin, byte[] buf, int base, long known, VendorCatalog catalog) {
        int have = Math.max(0, Math.min(Sqe.SIZE, buf.length - base));
        if (have < Sqe.SIZE) {
            byte[] whole = new byte[Sqe.SIZE];
            System.arraycopy(buf, Math.min(base, buf.length), whole, 0, have);
            return sqe(admin, whole, 0, known & Sqe.mask(0, have), catalog);
        }
        if ((known & Sqe.KNOWN_OPCODE) == 0) {
            return (admin ? "admin" : "I/O") + " command, opcode not seen";
        }
        SqeText text = new SqeText(buf, base, known);
        int opcode = Sqe.opcode(buf, base);
        Optional<VendorCommand> vendor = catalog.find(admin, opcode);
        if (vendor.isPresent()) {
            vendor(vendor.get(), text);
        } else {
            Opcode named = Opcodes.of(admin, opcode);
            text.word(named.name());
            fields(admin, named, text);
        }
        flags(admin, text, catalog);
        return text.toString();
    }

    private static void fields(boolean admin, Opcode opcode, SqeText text) {
        if (!opcode.defined()) {
            text.raw();
        } else if (admin) {
            admin(opcode.code(), text);
        } else {
            io(opcode.code(), text);
        }
    }

    private static void admin(int opcode, SqeText text) {
        switch (opcode) {
            case Opcodes.ADMIN_CREATE_SQ -> text.createSq();
            case Opcodes.ADMIN_CREATE_CQ -> text.createCq();
            case Opcodes.ADMIN_DELETE_SQ, Opcodes.ADMIN_DELETE_CQ -> text.number("qid", 40, 2);
            case Opcodes.ADMIN_IDENTIFY -> text.identify();
            case Opcodes.ADMIN_GET_LOG_PAGE -> text.getLogPage();
            case Opcodes.ADMIN_SET_FEATURES -> text.setFeatures();
            case Opcodes.ADMIN_GET_FEATURES -> text.getFeatures();
            case Opcodes.ADMIN_ABORT -> text.number("sqid", 40, 2).number("cid", 42, 2);
            case Opcodes.ADMIN_ASYNC_EVENT_REQUEST, Opcodes.ADMIN_KEEP_ALIVE -> text.nothing();
            case Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG ->
                    text.hex("shadow", Sqe.PRP1_OFFSET, 8).hex("eventidx", Sqe.PRP2_OFFSET, 8);
            case Opcodes.ADMIN_FORMAT_NVM -> text.format();
            default -> text.generic();
        }
    }

    private static void io(int opcode, SqeText text) {
        switch (opcode) {
            case Opcodes.IO_READ,
                    Opcodes.IO_WRITE,
                    Opcodes.IO_COMPARE,
                    Opcodes.IO_WRITE_UNCORRECTABLE,
                    Opcodes.IO_WRITE_ZEROES,
                    Opcodes.IO_VERIFY ->
                    text.range(opcode);
            case Opcodes.IO_FLUSH -> text.nsid();
            case Opcodes.IO_DATASET_MANAGEMENT -> text.dsm();
            case Opcodes.IO_COPY -> text.copy();
            default -> text.generic();
        }
    }

    private static void vendor(VendorCommand command, SqeText text) {
        text.word(command.name());
        text.word((command.admin() ? "(admin " : "(io ") + SqeText.code(command.opcode()) + ")");
        if (command.request().present()) {
            text.place("request", command.request());
        }
        if (command.reply().present()) {
            text.place("reply", command.reply());
        }
        if (!command.request().present() && !command.reply().present()) {
            text.raw();
        }
    }

    /** Unusual bits of byte 1: fused operation, SGL, bits no specification gives a meaning. */
    private static void flags(boolean admin, SqeText text, VendorCatalog catalog) {
        if (!text.has(Sqe.FLAGS_OFFSET, 1)) {
            return;
        }
        int flags = text.flags();
        if ((flags & 3) != 0) {
            text.word("fuse=" + (flags & 3));
        }
        if (flags >>> 6 != 0) {
            text.word("psdt=" + (flags >>> 6));
        }
        if ((flags & 0x3C) != 0) {
            text.word("flags=" + SqeText.code(flags));
            catalog.flagNote(admin, flags & 0x3C).ifPresent(n -> text.word("(" + n.name() + ")"));
        }
    }

    /** Text of a fully known completion. */
    public static String cqe(byte[] buf, int base) {
        return cqe(buf, base, Cqe.KNOWN_ALL);
    }

    /**
     * Text of a completion.
     *
     * @param buf entry bytes; fewer than 16 from {@code base} count as not known
     * @param known known mask, see {@link Cqe#known}
     */
    public static String cqe(byte[] buf, int base, int known) {
        int have = Math.max(0, Math.min(Cqe.SIZE, buf.length - base));
        if (have < Cqe.SIZE) {
            byte[] whole = new byte[Cqe.SIZE];
            System.arraycopy(buf, Math.min(base, buf.length), whole, 0, have);
            int reduced = known & Cqe.mask(0, have);
            return cqe(whole, 0, reduced);
        }
        return "cid="
                + number(known, Cqe.CID_OFFSET, Cqe.cid(buf, base))
                + " sqid="
                + number(known, Cqe.SQID_OFFSET, Cqe.sqid(buf, base))
                + " sqhd="
                + number(known, Cqe.SQHD_OFFSET, Cqe.sqhd(buf, base))
                + " phase="
                + (Cqe.phaseKnown(known) ? Cqe.phase(buf, base) : "?")
                + " dw0="
                + (Cqe.known(known, Cqe.DW0_OFFSET, 4)
                        ? "0x" + Integer.toHexString(Cqe.dw0(buf, base))
                        : "?")
                + " status="
                + (Cqe.known(known, Cqe.STATUS_OFFSET, 2)
                        ? StatusCode.describe(Cqe.status(buf, base))
                        : "?");
    }

    private static String number(int known, int byteOffset, int value) {
        return Cqe.known(known, byteOffset, 2) ? Integer.toString(value) : "?";
    }
}
