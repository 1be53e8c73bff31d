package io.nvmetap.nvme;

import java.util.Locale;

/**
 * Every admin and I/O opcode of NVMe 2.x, from {@code opcodes.txt}. Lookups never fail: an opcode
 * nobody defines gets an entry that says so, and keeps its number.
 */
public final class Opcodes {
    public static final int ADMIN_DELETE_SQ = 0x00;
    public static final int ADMIN_CREATE_SQ = 0x01;
    public static final int ADMIN_GET_LOG_PAGE = 0x02;
    public static final int ADMIN_DELETE_CQ = 0x04;
    public static final int ADMIN_CREATE_CQ = 0x05;
    public static final int ADMIN_IDENTIFY = 0x06;
    public static final int ADMIN_ABORT = 0x08;
    public static final int ADMIN_SET_FEATURES = 0x09;
    public static final int ADMIN_GET_FEATURES = 0x0A;
    public static final int ADMIN_ASYNC_EVENT_REQUEST = 0x0C;
    public static final int ADMIN_NAMESPACE_MANAGEMENT = 0x0D;
    public static final int ADMIN_FIRMWARE_COMMIT = 0x10;
    public static final int ADMIN_FIRMWARE_DOWNLOAD = 0x11;
    public static final int ADMIN_DEVICE_SELF_TEST = 0x14;
    public static final int ADMIN_NAMESPACE_ATTACHMENT = 0x15;
    public static final int ADMIN_KEEP_ALIVE = 0x18;
    public static final int ADMIN_DIRECTIVE_SEND = 0x19;
    public static final int ADMIN_DIRECTIVE_RECEIVE = 0x1A;
    public static final int ADMIN_VIRTUALIZATION_MANAGEMENT = 0x1C;
    public static final int ADMIN_MI_SEND = 0x1D;
    public static final int ADMIN_MI_RECEIVE = 0x1E;
    public static final int ADMIN_DOORBELL_BUFFER_CONFIG = 0x7C;
    public static final int ADMIN_FABRICS = 0x7F;
    public static final int ADMIN_FORMAT_NVM = 0x80;
    public static final int ADMIN_SECURITY_SEND = 0x81;
    public static final int ADMIN_SECURITY_RECEIVE = 0x82;
    public static final int ADMIN_SANITIZE = 0x84;
    public static final int ADMIN_GET_LBA_STATUS = 0x86;

    /** First vendor specific admin opcode. */
    public static final int ADMIN_VENDOR_FIRST = 0xC0;

    public static final int IO_FLUSH = 0x00;
    public static final int IO_WRITE = 0x01;
    public static final int IO_READ = 0x02;
    public static final int IO_WRITE_UNCORRECTABLE = 0x04;
    public static final int IO_COMPARE = 0x05;
    public static final int IO_WRITE_ZEROES = 0x08;
    public static final int IO_DATASET_MANAGEMENT = 0x09;
    public static final int IO_VERIFY = 0x0C;
    public static final int IO_RESERVATION_REGISTER = 0x0D;
    public static final int IO_RESERVATION_REPORT = 0x0E;
    public static final int IO_RESERVATION_ACQUIRE = 0x11;
    public static final int IO_MANAGEMENT_RECEIVE = 0x12;
    public static final int IO_RESERVATION_RELEASE = 0x15;
    public static final int IO_CANCEL = 0x18;
    public static final int IO_COPY = 0x19;
    public static final int IO_MANAGEMENT_SEND = 0x1D;
    public static final int IO_ZONE_MANAGEMENT_SEND = 0x79;
    public static final int IO_ZONE_MANAGEMENT_RECEIVE = 0x7A;
    public static final int IO_ZONE_APPEND = 0x7D;

    /** First vendor specific I/O opcode. */
    public static final int IO_VENDOR_FIRST = 0x80;

    private static final Opcode[] ADMIN = table(true);
    private static final Opcode[] IO = table(false);

    private Opcodes() {}

    /** The admin opcode {@code code & 0xFF}; never null. */
    public static Opcode admin(int code) {
        return ADMIN[code & 0xFF];
    }

    /** The I/O opcode {@code code & 0xFF}; never null. */
    public static Opcode io(int code) {
        return IO[code & 0xFF];
    }

    /** The opcode on the admin queue (sqid 0) or an I/O queue; never null. */
    public static Opcode of(boolean admin, int code) {
        return admin ? admin(code) : io(code);
    }

    private static Opcode[] table(boolean admin) {
        Opcode[] table = new Opcode[256];
        for (String[] row : BundledTable.rows("opcodes.txt", 5)) {
            if (row[0].equals("admin") == admin) {
                Opcode opcode = parse(admin, row);
                table[opcode.code()] = opcode;
            }
        }
        for (int code = 0; code < table.length; code++) {
            if (table[code] == null) {
                table[code] = undefined(admin, code);
            }
        }
        return table;
    }

    private static Opcode parse(boolean admin, String[] row) {
        Opcode.Kind kind = Opcode.Kind.STANDARD;
        boolean slow = false;
        for (String mark : row[2].split(",")) {
            switch (mark) {
                case "-" -> kind = Opcode.Kind.STANDARD;
                case "slow" -> slow = true;
                case "zoned" -> kind = Opcode.Kind.ZONED;
                case "fabrics" -> kind = Opcode.Kind.FABRICS;
                default -> throw new IllegalStateException("opcodes.txt: unknown mark " + mark);
            }
        }
        return new Opcode(admin, Integer.parseInt(row[1], 16), kind, row[3], row[4], slow);
    }

    private static Opcode undefined(boolean admin, int code) {
        boolean vendor = code >= (admin ? ADMIN_VENDOR_FIRST : IO_VENDOR_FIRST);
        Opcode.Kind kind = vendor ? Opcode.Kind.VENDOR : Opcode.Kind.RESERVED;
        String name = (vendor ? "Vendor Specific " : "Reserved ") + hex(code);
        // A vendor command's time is the vendor's business: no rule may call it late.
        return new Opcode(admin, code, kind, name, "", vendor);
    }

    private static String hex(int code) {
        return String.format(Locale.ROOT, "%02Xh", code);
    }
}
