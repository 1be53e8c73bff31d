package io.nvmetap.device.vfiouser;

import io.nvmetap.device.Controller;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;

/**
 * The regions of the served function: BAR0 with the controller's registers, BAR4 with the MSI-X
 * table and pending bits, configuration space.
 *
 * <p>A client that emulates the MSI-X table itself, as QEMU does, never writes it here; it attaches
 * a descriptor to a vector it wants and detaches it. To the controller that is an unmask, read back
 * at once, and a mask.
 */
final class Regions {
    private static final int ENTRY = 16;
    private static final int CONTROL = 12;

    private final PciIdentity identity;
    private final Controller controller;
    private final IrqTable irqs;
    private final ConfigSpace config;
    private final boolean[] unmasked;
    private InterruptKind mode = InterruptKind.INTX;
    private boolean clientWritesTable;

    Regions(PciIdentity identity, Controller controller, IrqTable irqs) {
        this.identity = identity;
        this.controller = controller;
        this.irqs = irqs;
        this.config = new ConfigSpace(identity);
        this.unmasked = new boolean[identity.vectors()];
    }

    /** Bytes of a region; 0 for one that is not there. */
    long bytes(int region) {
        return switch (region) {
            case VfioUser.REGION_BAR0 -> identity.bar0Bytes();
            case VfioUser.REGION_BAR4 -> ConfigSpace.bar4Bytes(identity);
            case VfioUser.REGION_CONFIG -> ConfigSpace.BYTES;
            default -> 0;
        };
    }

    /** Whether an access lies inside a region, is not empty and fits a message. */
    boolean covers(long region, long offset, long count) {
        boolean possible = count > 0 && count <= VfioUser.DATA_BYTES_MAX;
        if (region < 0 || region >= VfioUser.REGIONS || !possible) {
            return false;
        }
        long bytes = bytes((int) region);
        return offset >= 0 && count <= bytes && offset <= bytes - count;
    }

    void read(int region, int offset, byte[] target, int at, int count) {
        if (region == VfioUser.REGION_CONFIG) {
            config.read(offset, target, at, count, irqs.line());
            return;
        }
        int done = 0;
        while (done < count) {
            int width = width(offset + done, count - done);
            long value =
                    region == VfioUser.REGION_BAR0
                            ? controller.readRegister(offset + done, width, -1)
                            : readTable(offset + done, width);
            for (int i = 0; i < width; i++) {
                target[at + done + i] = (byte) (value >>> 8 * i);
            }
            done += width;
        }
    }

    void write(int region, int offset, byte[] source, int from, int count) {
        if (region == VfioUser.REGION_CONFIG) {
            writeConfig(offset, source, from, count);
            return;
        }
        int done = 0;
        while (done < count) {
            int width = width(offset + done, count - done);
            long value = 0;
            for (int i = width - 1; i >= 0; i--) {
                value = value << 8 | source[from + done + i] & 0xFF;
            }
            if (region == VfioUser.REGION_BAR0) {
                controller.writeRegister(offset + done, width, value, -1);
            } else if (offset + done < identity.vectors() * ENTRY) {
                clientWritesTable = true;
                controller.writeMsix(offset + done, width, value, -1);
            }
            done += width;
        }
    }

    /** The widest aligned access that starts here: 8, 4, 2 or 1 bytes. */
    private static int width(int offset, int left) {
        int width = 8;
        while (width > left || offset % width != 0) {
            width >>= 1;
        }
        return width;
    }

    private long readTable(int offset, int width) {
        if (offset < identity.vectors() * ENTRY) {
            return controller.readMsix(offset, width, -1);
        }
        int pending = (offset - ConfigSpace.pendingOffset(identity)) * 8;
        return pending < 0 ? 0 : irqs.pendingBits(pending);
    }

    private void writeConfig(int offset, byte[] source, int from, int count) {
        for (int done = 0; done < count; ) {
            int width = Math.min(4, width(offset + done, count - done));
            long value = 0;
            for (int i = width - 1; i >= 0; i--) {
                value = value << 8 | source[from + done + i] & 0xFF;
            }
            controller.configWritten(offset + done, width, value);
            done += width;
        }
        boolean flr = config.write(offset, source, from, count);
        irqs.lineDisabled((config.command() & ConfigSpace.COMMAND_INTX_DISABLE) != 0);
        if (flr) {
            resetFunction(ResetKind.FUNCTION_LEVEL);
        }
    }

    /** Resets controller and function; what the client attached stays and is told anew. */
    void resetFunction(ResetKind kind) {
        controller.reset(kind);
        reset();
        irqs.reset();
        interruptsChanged();
    }

    /** Descriptors came or went: says what follows from that to the controller. */
    void interruptsChanged() {
        InterruptKind now = irqs.mode();
        if (now != mode) {
            mode = now;
            controller.interruptMode(now);
        }
        if (clientWritesTable) {
            return;
        }
        for (int v = 0; v < unmasked.length; v++) {
            boolean wanted = irqs.attached(VfioUser.IRQ_MSIX, v);
            if (wanted != unmasked[v]) {
                unmasked[v] = wanted;
                long control = (long) v * ENTRY + CONTROL;
                controller.writeMsix(control, 4, wanted ? 0 : 1, -1);
                if (wanted) {
                    controller.readMsix(control, 4, -1);
                }
            }
        }
    }

    /** The function was reset: every vector is masked, interrupts travel by the line. */
    void reset() {
        config.reset();
        mode = InterruptKind.INTX;
        clientWritesTable = false;
        java.util.Arrays.fill(unmasked, false);
    }
}
