package io.nvmetap.nvme;

/**
 * Bytes of data that a command moves through its data pointer, from the entry alone plus the size
 * of a logical block. What the entry does not settle (vendor commands, lengths inside the data,
 * bytes the source never saw) is {@link #UNKNOWN}, never a guess. Separate metadata (MPTR) is not
 * counted.
 */
public final class DataLength {
    /** The length cannot be told. */
    public static final long UNKNOWN = -1;

    /** Identify, namespace management and several features move one structure of this size. */
    private static final int STRUCTURE = 4096;

    private static final int DSM_RANGE = 16;

    private DataLength() {}

    /**
     * Bytes moved, 0 for none, or {@link #UNKNOWN}.
     *
     * @param admin whether the command is on the admin queue
     * @param buf holds 64 bytes from {@code base}
     * @param known known mask, see {@link Sqe#known}
     * @param lbaSizeBytes bytes a block takes in a transfer (with interleaved metadata), 0 if
     *     unknown
     */
    public static long of(boolean admin, byte[] buf, int base, long known, int lbaSizeBytes) {
        if ((known & Sqe.KNOWN_OPCODE) == 0) {
            return UNKNOWN;
        }
        return admin ? admin(buf, base, known) : io(buf, base, known, lbaSizeBytes);
    }

    private static long admin(byte[] buf, int base, long known) {
        return switch (Sqe.opcode(buf, base)) {
            case Opcodes.ADMIN_IDENTIFY, Opcodes.ADMIN_NAMESPACE_ATTACHMENT -> STRUCTURE;
            case Opcodes.ADMIN_NAMESPACE_MANAGEMENT -> namespaceManagement(buf, base, known);
            case Opcodes.ADMIN_GET_LOG_PAGE ->
                    has(known, Sqe.CDW10_OFFSET, 8) ? AdminSqe.logLengthBytes(buf, base) : UNKNOWN;
            case Opcodes.ADMIN_SET_FEATURES -> setFeatures(buf, base, known);
            case Opcodes.ADMIN_GET_FEATURES -> getFeatures(buf, base, known);
            case Opcodes.ADMIN_FIRMWARE_DOWNLOAD, Opcodes.ADMIN_DIRECTIVE_RECEIVE ->
                    dwords0(buf, base, known, 10);
            case Opcodes.ADMIN_SECURITY_SEND, Opcodes.ADMIN_SECURITY_RECEIVE ->
                    Sqe.knownCdw(known, 11)
                            ? Integer.toUnsignedLong(Sqe.cdw11(buf, base))
                            : UNKNOWN;
            case Opcodes.ADMIN_GET_LBA_STATUS -> dwords0(buf, base, known, 12);
            case Opcodes.ADMIN_DELETE_SQ,
                    Opcodes.ADMIN_CREATE_SQ,
                    Opcodes.ADMIN_DELETE_CQ,
                    Opcodes.ADMIN_CREATE_CQ,
                    Opcodes.ADMIN_ABORT,
                    Opcodes.ADMIN_ASYNC_EVENT_REQUEST,
                    Opcodes.ADMIN_FIRMWARE_COMMIT,
                    Opcodes.ADMIN_DEVICE_SELF_TEST,
                    Opcodes.ADMIN_KEEP_ALIVE,
                    Opcodes.ADMIN_VIRTUALIZATION_MANAGEMENT,
                    Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG,
                    Opcodes.ADMIN_FORMAT_NVM,
                    Opcodes.ADMIN_SANITIZE ->
                    0;
            default -> UNKNOWN;
        };
    }

    private static long io(byte[] buf, int base, long known, int lbaSizeBytes) {
        return switch (Sqe.opcode(buf, base)) {
            case Opcodes.IO_READ, Opcodes.IO_WRITE, Opcodes.IO_COMPARE, Opcodes.IO_ZONE_APPEND ->
                    has(known, Sqe.CDW12_OFFSET, 2) && lbaSizeBytes > 0
                            ? (long) NvmSqe.blockCount(buf, base) * lbaSizeBytes
                            : UNKNOWN;
            case Opcodes.IO_DATASET_MANAGEMENT ->
                    has(known, Sqe.CDW10_OFFSET, 1)
                            ? (NvmSqe.nr0(buf, base) + 1L) * DSM_RANGE
                            : UNKNOWN;
            case Opcodes.IO_COPY -> copy(buf, base, known);
            case Opcodes.IO_RESERVATION_REGISTER, Opcodes.IO_RESERVATION_ACQUIRE -> 16;
            case Opcodes.IO_RESERVATION_RELEASE -> 8;
            case Opcodes.IO_RESERVATION_REPORT -> dwords0(buf, base, known, 10);
            case Opcodes.IO_MANAGEMENT_RECEIVE -> dwords0(buf, base, known, 11);
            case Opcodes.IO_ZONE_MANAGEMENT_RECEIVE -> dwords0(buf, base, known, 12);
            case Opcodes.IO_FLUSH,
                    Opcodes.IO_WRITE_UNCORRECTABLE,
                    Opcodes.IO_WRITE_ZEROES,
                    Opcodes.IO_VERIFY,
                    Opcodes.IO_CANCEL ->
                    0;
            default -> UNKNOWN;
        };
    }

    /** Only Create (SEL 0) sends a structure; Delete (SEL 1) sends none (5.23). */
    private static long namespaceManagement(byte[] buf, int base, long known) {
        if (!has(known, Sqe.CDW10_OFFSET, 1)) {
            return UNKNOWN;
        }
        return switch (AdminSqe.namespaceSel(buf, base)) {
            case 0 -> STRUCTURE;
            case 1 -> 0;
            default -> UNKNOWN;
        };
    }

    private static long getFeatures(byte[] buf, int base, long known) {
        if (!has(known, Sqe.CDW10_OFFSET, 2)) {
            return UNKNOWN;
        }
        if (AdminSqe.sel(buf, base) == AdminSqe.SEL_SUPPORTED) {
            return 0;
        }
        int fid = AdminSqe.fid(buf, base);
        // The buffer itself is described in the dwords of Set Features; Get returns them as data.
        return fid == FeatureId.HOST_MEMORY_BUFFER ? STRUCTURE : feature(fid, buf, base, known);
    }

    private static long setFeatures(byte[] buf, int base, long known) {
        if (!has(known, Sqe.CDW10_OFFSET, 1)) {
            return UNKNOWN;
        }
        int fid = AdminSqe.fid(buf, base);
        return fid == FeatureId.HOST_MEMORY_BUFFER ? 0 : feature(fid, buf, base, known);
    }

    private static long feature(int fid, byte[] buf, int base, long known) {
        return switch (fid) {
            case FeatureId.LBA_RANGE_TYPE,
                    FeatureId.ENHANCED_CONTROLLER_METADATA,
                    FeatureId.CONTROLLER_METADATA,
                    FeatureId.NAMESPACE_METADATA ->
                    STRUCTURE;
            case FeatureId.AUTONOMOUS_POWER_STATE -> 256;
            case FeatureId.TIMESTAMP -> 8;
            case FeatureId.PREDICTABLE_LATENCY_CONFIG,
                    FeatureId.HOST_BEHAVIOR_SUPPORT,
                    FeatureId.EMBEDDED_MANAGEMENT_ADDRESS,
                    FeatureId.HOST_MANAGEMENT_ADDRESS ->
                    512;
            case FeatureId.HOST_IDENTIFIER ->
                    has(known, Sqe.CDW11_OFFSET, 1)
                            ? (Sqe.cdw11(buf, base) & 1) != 0 ? 16 : 8
                            : UNKNOWN;
            default -> fid <= LAST_FEATURE_WITHOUT_DATA || plainHighFeature(fid) ? 0 : UNKNOWN;
        };
    }

    /** Features 01h-1Ah other than those listed above carry their value in CDW11 and DW0. */
    private static final int LAST_FEATURE_WITHOUT_DATA = 0x1A;

    /** 80h Software Progress Marker, 82h-85h reservations and write protection. */
    private static boolean plainHighFeature(int fid) {
        return fid == 0x80 || fid >= 0x82 && fid <= 0x85;
    }

    /** Source range entries: formats 0 and 2 take 32 bytes, 1 and 3 take 40. */
    private static long copy(byte[] buf, int base, long known) {
        int format = NvmSqe.copyFormat(buf, base);
        if (!has(known, Sqe.CDW12_OFFSET, 2) || format > 3) {
            return UNKNOWN;
        }
        return (NvmSqe.copyNr0(buf, base) + 1L) * ((format & 1) == 0 ? 32 : 40);
    }

    /** A 0's based number of dwords in command dword {@code n}. */
    private static long dwords0(byte[] buf, int base, long known, int n) {
        return Sqe.knownCdw(known, n)
                ? (Integer.toUnsignedLong(Sqe.cdw(buf, base, n)) + 1) * 4
                : UNKNOWN;
    }

    private static boolean has(long known, int byteOffset, int byteCount) {
        return Sqe.known(known, byteOffset, byteCount);
    }
}
