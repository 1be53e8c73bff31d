package io.nvmetap.history;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.nvme.Registers;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * The masks a side holds: per vector in the MSI-X table (PCIe Base, MSI-X Capability and Table
 * Structure), per bit in INTMS and INTMC otherwise (NVMe Base 2.0, 3.1.3.3 and 3.1.3.4). What was
 * never seen to be written is neither masked nor unmasked.
 */
public final class VectorMasks implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Vectors an MSI-X table can have. */
    public static final int VECTORS_MAX = 2048;

    private static final int INTMS_BITS = 32;

    private final Map<Integer, Boolean> table = new HashMap<>();
    private int intms;
    private boolean intmsKnown;

    void unknown() {
        table.clear();
        intms = 0;
        intmsKnown = false;
    }

    /** The side was enabled, or disabled, which clears INTMS as a controller reset does. */
    void configured(boolean enabled) {
        intmsKnown = true;
        intms = enabled ? intms : 0;
    }

    /** A reset of the function takes the table with it; one of the controller does not. */
    void reset(ResetKind kind) {
        if (kind != ResetKind.CC_EN && kind != ResetKind.DRIVER) {
            unknown();
        }
    }

    void vector(CapturedEvent e) {
        if (e.vector >= 0 && e.vector < VECTORS_MAX) {
            table.put(e.vector, e.kind == EventKind.VECTOR_MASKED);
        }
    }

    void register(CapturedEvent e) {
        if (e.space != RegisterSpace.BAR0) {
            return;
        }
        if (e.registerOffset == Registers.INTMS) {
            intms |= (int) e.value;
        } else if (e.registerOffset == Registers.INTMC) {
            intms &= ~(int) e.value;
        }
    }

    /**
     * @return whether the vector was seen to be masked and not unmasked since
     */
    public boolean masked(int vector, InterruptKind how) {
        return how == InterruptKind.MSIX ? table.getOrDefault(vector, false) : bit(vector);
    }

    /**
     * @return whether the vector is known to be unmasked
     */
    public boolean unmasked(int vector, InterruptKind how) {
        return how == InterruptKind.MSIX
                ? !table.getOrDefault(vector, true)
                : intmsKnown && vector >= 0 && vector < INTMS_BITS && !bit(vector);
    }

    private boolean bit(int vector) {
        return vector >= 0 && vector < INTMS_BITS && (intms >>> vector & 1) != 0;
    }
}
