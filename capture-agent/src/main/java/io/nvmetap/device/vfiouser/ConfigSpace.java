package io.nvmetap.device.vfiouser;

import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;

/**
 * PCI configuration space of the served function: type 0 header, power management, MSI, PCI Express
 * and MSI-X capabilities (PCI Express Base 4.0, 7.5 and 7.7). BAR0 holds the controller's
 * registers, BAR4 the MSI-X table and its pending bits; both are 64 bits wide.
 */
final class ConfigSpace {
    static final int BYTES = 256;

    static final int COMMAND = 0x04;
    static final int COMMAND_INTX_DISABLE = 1 << 10;
    private static final int STATUS = 0x06;
    private static final int BARS = 0x10;
    private static final int POWER = 0x40;
    private static final int MSI = 0x50;
    private static final int EXPRESS = 0x70;
    private static final int MSIX = 0xB0;

    private static final int DEVICE_CONTROL = EXPRESS + 8;
    private static final int INITIATE_FLR = 1 << 15;
    private static final int STATUS_CAPABILITIES = 1 << 4;
    private static final int STATUS_INTERRUPT = 1 << 3;

    private final PciIdentity identity;
    private final byte[] bytes = new byte[BYTES];
    private final byte[] writable = new byte[BYTES];

    ConfigSpace(PciIdentity identity) {
        this.identity = identity;
        reset();
    }

    /** Table and pending bits together: BAR4. */
    static int bar4Bytes(PciIdentity identity) {
        return 2 * pendingOffset(identity);
    }

    /** Where the pending bits start in BAR4; the table is at 0. */
    static int pendingOffset(PciIdentity identity) {
        int table = identity.vectors() * 16;
        return Math.max(2048, Integer.highestOneBit(2 * table - 1));
    }

    /** MSI vectors the function asks for: a power of two up to 32. */
    static int msiVectors(PciIdentity identity) {
        return Integer.highestOneBit(Math.min(identity.vectors(), 32));
    }

    /** As after a reset of the function. */
    void reset() {
        Arrays.fill(bytes, (byte) 0);
        Arrays.fill(writable, (byte) 0);
        header();
        power();
        msi();
        express();
        msix();
    }

    private void header() {
        LittleEndian.put16(bytes, 0, identity.vendorId());
        LittleEndian.put16(bytes, 2, identity.deviceId());
        writable16(COMMAND, 0x0547);
        LittleEndian.put16(bytes, STATUS, STATUS_CAPABILITIES);
        bytes[8] = (byte) identity.revision();
        bytes[9] = (byte) identity.classCode();
        LittleEndian.put16(bytes, 10, identity.classCode() >>> 8);
        writable[0x0C] = -1;
        bar(0, identity.bar0Bytes());
        bar(4, bar4Bytes(identity));
        LittleEndian.put16(bytes, 0x2C, identity.subsystemVendorId());
        LittleEndian.put16(bytes, 0x2E, identity.subsystemId());
        bytes[0x34] = POWER;
        writable[0x3C] = -1;
        bytes[0x3D] = 1;
    }

    /** A 64-bit memory BAR; the address bits below its size read as zero. */
    private void bar(int index, int size) {
        int at = BARS + 4 * index;
        bytes[at] = 4;
        LittleEndian.put32(writable, at, -size);
        LittleEndian.put32(writable, at + 4, -1);
    }

    private void power() {
        capability(POWER, 0x01, MSI);
        LittleEndian.put16(bytes, POWER + 2, 3);
        // No soft reset: D3hot and back keeps the function's state.
        LittleEndian.put16(bytes, POWER + 4, 1 << 3);
        writable16(POWER + 4, 3);
    }

    private void msi() {
        capability(MSI, 0x05, EXPRESS);
        int asked = Integer.numberOfTrailingZeros(msiVectors(identity));
        LittleEndian.put16(bytes, MSI + 2, 1 << 7 | asked << 1);
        writable16(MSI + 2, 0x71);
        LittleEndian.put32(writable, MSI + 4, ~3);
        LittleEndian.put32(writable, MSI + 8, -1);
        writable16(MSI + 12, 0xFFFF);
    }

    private void express() {
        capability(EXPRESS, 0x10, MSIX);
        // Version 2, endpoint; function level reset; one lane of 8 GT/s.
        LittleEndian.put16(bytes, EXPRESS + 2, 2);
        LittleEndian.put32(bytes, EXPRESS + 4, 1 << 28 | 1 << 15);
        writable16(DEVICE_CONTROL, 0xFFFF);
        LittleEndian.put32(bytes, EXPRESS + 12, 0x13);
        LittleEndian.put16(bytes, EXPRESS + 18, 0x13);
    }

    private void msix() {
        capability(MSIX, 0x11, 0);
        LittleEndian.put16(bytes, MSIX + 2, identity.vectors() - 1);
        writable16(MSIX + 2, 0xC000);
        LittleEndian.put32(bytes, MSIX + 4, VfioUser.REGION_BAR4);
        LittleEndian.put32(bytes, MSIX + 8, pendingOffset(identity) | VfioUser.REGION_BAR4);
    }

    private void capability(int at, int id, int next) {
        bytes[at] = (byte) id;
        bytes[at + 1] = (byte) next;
    }

    private void writable16(int at, int mask) {
        LittleEndian.put16(writable, at, mask);
    }

    /** Copies {@code count} bytes out; the caller checked the range. */
    void read(int offset, byte[] target, int at, int count, boolean line) {
        System.arraycopy(bytes, offset, target, at, count);
        if (line && offset <= STATUS && offset + count > STATUS) {
            target[at + STATUS - offset] |= STATUS_INTERRUPT;
        }
    }

    /**
     * Writes what may be written; the caller checked the range.
     *
     * @return true if a function level reset was asked for
     */
    boolean write(int offset, byte[] source, int from, int count) {
        for (int i = 0; i < count; i++) {
            int mask = writable[offset + i];
            bytes[offset + i] = (byte) (bytes[offset + i] & ~mask | source[from + i] & mask);
        }
        int control = LittleEndian.u16(bytes, DEVICE_CONTROL);
        boolean flr = (control & INITIATE_FLR) != 0;
        if (flr) {
            LittleEndian.put16(bytes, DEVICE_CONTROL, control & ~INITIATE_FLR);
        }
        return flr;
    }

    /** PCI command register. */
    int command() {
        return LittleEndian.u16(bytes, COMMAND);
    }
}
