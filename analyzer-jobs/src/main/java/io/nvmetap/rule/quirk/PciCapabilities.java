package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import java.io.Serializable;
import java.util.BitSet;

/** Message interrupts as configuration space has them, where accesses to it were seen. */
final class PciCapabilities implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int BYTES = 256;
    private static final int POINTER = 0x34;
    private static final int FIRST = 0x40;
    private static final int MSI = 0x05;
    private static final int MSIX = 0x11;
    private static final int CAPABILITIES_MAX = 48;

    private final byte[] space = new byte[BYTES];
    private final BitSet known = new BitSet(BYTES);

    void forget() {
        known.clear();
    }

    /**
     * An access to configuration space.
     *
     * @return MSI was turned on or off
     */
    boolean note(CapturedEvent e) {
        boolean before = msi();
        for (int i = 0; i < Math.min(8, e.widthBytes); i++) {
            long at = e.registerOffset + i;
            if (at >= 0 && at < BYTES) {
                space[(int) at] = (byte) (e.value >>> 8 * i);
                known.set((int) at);
            }
        }
        return msi() != before;
    }

    /** MSI is on, and MSI-X is not. */
    boolean msi() {
        int msi = find(MSI);
        int msix = find(MSIX);
        boolean on = msi > 0 && known.get(msi + 2) && (space[msi + 2] & 1) != 0;
        return on && (msix <= 0 || known.get(msix + 3) && (space[msix + 3] & 0x80) == 0);
    }

    /** Where a capability is, 0 not seen. */
    private int find(int id) {
        int at = known.get(POINTER) ? space[POINTER] & 0xFC : 0;
        for (int i = 0; i < CAPABILITIES_MAX && at >= FIRST && at + 3 < BYTES; i++) {
            if (!known.get(at) || !known.get(at + 1)) {
                return 0;
            }
            if ((space[at] & 0xFF) == id) {
                return at;
            }
            at = space[at + 1] & 0xFC;
        }
        return 0;
    }
}
