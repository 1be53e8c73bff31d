package io.nvmetap.nvme;

/** Log Page Identifiers of Get Log Page (NVMe Base 2.0c 5.16.1). */
public final class LogPageId {
    public static final int SUPPORTED_LOG_PAGES = 0x00;
    public static final int ERROR_INFORMATION = 0x01;
    public static final int SMART = 0x02;
    public static final int FIRMWARE_SLOT = 0x03;
    public static final int CHANGED_NAMESPACES = 0x04;
    public static final int COMMAND_EFFECTS = 0x05;
    public static final int DEVICE_SELF_TEST = 0x06;

    private static final NvmeIdentifier[] TABLE = NvmeIdentifier.table("log");

    private LogPageId() {}

    /** The log page {@code lid & 0xFF}; never null. */
    public static NvmeIdentifier of(int lid) {
        return TABLE[lid & 0xFF];
    }

    /** Its name. */
    public static String name(int lid) {
        return of(lid).name();
    }
}
