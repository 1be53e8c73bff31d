package io.nvmetap.device.vfiouser;

/**
 * What a served PCI function says it is.
 *
 * @param vendorId PCI vendor id, 16 bits
 * @param deviceId PCI device id, 16 bits
 * @param subsystemVendorId subsystem vendor id
 * @param subsystemId subsystem id
 * @param revision revision id, 8 bits
 * @param classCode 24 bits; 010802h is an NVM Express I/O controller
 * @param vectors MSI-X vectors, 1..2048
 * @param bar0Bytes size of BAR0: a power of two, 16 KiB or more, all doorbells inside
 */
public record PciIdentity(
        int vendorId,
        int deviceId,
        int subsystemVendorId,
        int subsystemId,
        int revision,
        int classCode,
        int vectors,
        int bar0Bytes) {
    /** Class code of an NVM Express I/O controller (PCI Code and ID Assignment, 1.2). */
    public static final int CLASS_NVME = 0x010802;

    /** Class code Apple's ANS2 shows. */
    public static final int CLASS_APPLE_ANS2 = 0x018002;

    /** Smallest BAR0. */
    public static final int BAR0_BYTES_MIN = 16 << 10;

    public PciIdentity {
        if (vectors < 1 || vectors > 2048) {
            throw new IllegalArgumentException("vectors " + vectors);
        }
        if (bar0Bytes < BAR0_BYTES_MIN || Integer.bitCount(bar0Bytes) != 1) {
            throw new IllegalArgumentException("bar0Bytes " + bar0Bytes);
        }
    }
}
