package io.nvmetap.nvme;

import java.util.Locale;

/**
 * One completion status by name. A <em>status</em> here is the 15 bits of the completion entry
 * without the phase tag: DNR 14, M 13, CRD 12:11, SCT 10:8, SC 7:0 (NVMe Base 2.0c 3.3.3.2.1,
 * Status Field Definition); the constants below are SCT and SC only.
 *
 * @param sct Status Code Type, 0..7
 * @param sc Status Code, 0..255
 * @param name the specification's name, or "Vendor Specific", "Reserved"
 * @param clause where it is defined, "" if it is not
 */
public record StatusCode(int sct, int sc, String name, String clause) {
    public static final int SCT_GENERIC = 0;
    public static final int SCT_COMMAND_SPECIFIC = 1;
    public static final int SCT_MEDIA = 2;
    public static final int SCT_PATH = 3;
    public static final int SCT_VENDOR = 7;

    /** Do Not Retry, in a status. */
    public static final int DNR = 0x4000;

    /** More, in a status. */
    public static final int MORE = 0x2000;

    /** SCT and SC bits of a status. */
    public static final int CODE_MASK = 0x07FF;

    public static final int SUCCESS = 0x000;
    public static final int INVALID_OPCODE = 0x001;
    public static final int INVALID_FIELD = 0x002;
    public static final int COMMAND_ID_CONFLICT = 0x003;
    public static final int DATA_TRANSFER_ERROR = 0x004;
    public static final int ABORTED_POWER_LOSS = 0x005;
    public static final int INTERNAL_ERROR = 0x006;
    public static final int ABORT_REQUESTED = 0x007;
    public static final int ABORTED_SQ_DELETION = 0x008;
    public static final int INVALID_NAMESPACE_OR_FORMAT = 0x00B;
    public static final int COMMAND_SEQUENCE_ERROR = 0x00C;
    public static final int PRP_OFFSET_INVALID = 0x013;
    public static final int LBA_OUT_OF_RANGE = 0x080;
    public static final int CAPACITY_EXCEEDED = 0x081;
    public static final int NAMESPACE_NOT_READY = 0x082;
    public static final int COMPLETION_QUEUE_INVALID = 0x100;
    public static final int INVALID_QUEUE_ID = 0x101;
    public static final int INVALID_QUEUE_SIZE = 0x102;
    public static final int ABORT_LIMIT_EXCEEDED = 0x103;
    public static final int AER_LIMIT_EXCEEDED = 0x105;
    public static final int INVALID_INTERRUPT_VECTOR = 0x108;
    public static final int INVALID_LOG_PAGE = 0x109;
    public static final int INVALID_FORMAT = 0x10A;
    public static final int INVALID_QUEUE_DELETION = 0x10C;
    public static final int FEATURE_NOT_SAVEABLE = 0x10D;
    public static final int FEATURE_NOT_CHANGEABLE = 0x10E;
    public static final int WRITE_FAULT = 0x280;
    public static final int UNRECOVERED_READ_ERROR = 0x281;
    public static final int COMPARE_FAILURE = 0x285;
    public static final int ABORTED_BY_HOST = 0x371;

    private static final int VENDOR_SC_FIRST = 0xC0;
    private static final StatusCode[] KNOWN = new StatusCode[CODE_MASK + 1];
    private static final StatusCode[] FABRICS = new StatusCode[256];

    static {
        for (String[] row : BundledTable.rows("status-codes.txt", 4)) {
            boolean fabrics = row[0].equals("f");
            int sct = fabrics ? SCT_COMMAND_SPECIFIC : Integer.parseInt(row[0], 16);
            int sc = Integer.parseInt(row[1], 16);
            StatusCode code = new StatusCode(sct, sc, row[2], row[3]);
            if (fabrics) {
                FABRICS[sc] = code;
            } else {
                KNOWN[sct << 8 | sc] = code;
            }
        }
    }

    /** The entry for a status as an NVM (or zoned) command means it; never null. */
    public static StatusCode of(int status) {
        StatusCode known = KNOWN[status & CODE_MASK];
        return known != null ? known : unnamed(sct(status), sc(status));
    }

    /** The entry for a status of a Fabrics command, where type 1 codes from 80h differ. */
    public static StatusCode ofFabrics(int status) {
        if (sct(status) == SCT_COMMAND_SPECIFIC && FABRICS[sc(status)] != null) {
            return FABRICS[sc(status)];
        }
        return of(status);
    }

    /** Whether a specification names this status. */
    public boolean defined() {
        return !clause.isEmpty();
    }

    private static StatusCode unnamed(int sct, int sc) {
        boolean vendor = sct == SCT_VENDOR || sct <= SCT_PATH && sc >= VENDOR_SC_FIRST;
        return new StatusCode(sct, sc, vendor ? "Vendor Specific" : "Reserved", "");
    }

    /** One line: "Invalid Field in Command, DNR (0:02h)". */
    public static String describe(int status) {
        StringBuilder text = new StringBuilder(of(status).name());
        if (crd(status) != 0) {
            text.append(", CRD ").append(crd(status));
        }
        if (more(status)) {
            text.append(", More");
        }
        if (dnr(status)) {
            text.append(", DNR");
        }
        return text.append(String.format(Locale.ROOT, " (%X:%02Xh)", sct(status), sc(status)))
                .toString();
    }

    /** Whether a status means success: SCT 0, SC 0, whatever the other bits. */
    public static boolean success(int status) {
        return (status & CODE_MASK) == SUCCESS;
    }

    /** Status Code, 0..255. */
    public static int sc(int status) {
        return status & 0xFF;
    }

    /** Status Code Type, 0..7. */
    public static int sct(int status) {
        return status >>> 8 & 7;
    }

    /** Command Retry Delay, 0..3. */
    public static int crd(int status) {
        return status >>> 11 & 3;
    }

    /** More. */
    public static boolean more(int status) {
        return (status & MORE) != 0;
    }

    /** Do Not Retry. */
    public static boolean dnr(int status) {
        return (status & DNR) != 0;
    }
}
