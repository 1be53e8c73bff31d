package io.nvmetap.nvme;

/** Controller or Namespace Structure values of Identify (NVMe Base 2.0c 5.17.2). */
public final class IdentifyCns {
    public static final int NAMESPACE = 0x00;
    public static final int CONTROLLER = 0x01;
    public static final int ACTIVE_NAMESPACE_LIST = 0x02;
    public static final int NAMESPACE_DESCRIPTORS = 0x03;
    public static final int CSI_NAMESPACE = 0x05;
    public static final int CSI_CONTROLLER = 0x06;
    public static final int CSI_ACTIVE_NAMESPACE_LIST = 0x07;
    public static final int INDEPENDENT_NAMESPACE = 0x08;
    public static final int ALLOCATED_NAMESPACE_LIST = 0x10;
    public static final int CONTROLLER_LIST = 0x13;
    public static final int COMMAND_SETS = 0x1C;

    private static final NvmeIdentifier[] TABLE = NvmeIdentifier.table("cns");

    private IdentifyCns() {}

    /** The structure {@code cns & 0xFF}; never null. Names are short, the clause has the title. */
    public static NvmeIdentifier of(int cns) {
        return TABLE[cns & 0xFF];
    }

    /** Its short name: "controller", "active namespace list". */
    public static String name(int cns) {
        return of(cns).name();
    }
}
