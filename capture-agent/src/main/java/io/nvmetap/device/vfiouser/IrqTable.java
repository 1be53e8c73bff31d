package io.nvmetap.device.vfiouser;

import io.nvmetap.device.InterruptSink;
import io.nvmetap.event.InterruptKind;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Where a client wants its interrupts, and the way there: event descriptors of INTx, MSI and MSI-X
 * (linux/vfio.h, VFIO_DEVICE_SET_IRQS). A message for a vector that has no descriptor waits for
 * one. INTx masks itself when it is signalled and is signalled again at the unmask if the line is
 * still up.
 *
 * <p>Owner thread: whoever holds the timeline.
 */
final class IrqTable implements InterruptSink, AutoCloseable {
    private static final int INDEXES = VfioUser.IRQS;

    private final Descriptor[][] targets = new Descriptor[INDEXES][];
    private final BitSet[] pending = new BitSet[INDEXES];
    private final EventSignal signal = new EventSignal();
    private boolean line;
    private boolean lineMasked;
    private boolean lineDisabled;

    /**
     * @param msi MSI vectors, 0..32
     * @param msix MSI-X vectors
     */
    IrqTable(int msi, int msix) {
        targets[VfioUser.IRQ_INTX] = new Descriptor[1];
        targets[VfioUser.IRQ_MSI] = new Descriptor[msi];
        targets[VfioUser.IRQ_MSIX] = new Descriptor[msix];
        targets[VfioUser.IRQ_ERROR] = new Descriptor[1];
        targets[VfioUser.IRQ_REQUEST] = new Descriptor[1];
        for (int i = 0; i < INDEXES; i++) {
            pending[i] = new BitSet();
        }
    }

    /** Interrupts of an index, -1 if there is no such index. */
    int count(long index) {
        return index < 0 || index >= INDEXES ? -1 : targets[(int) index].length;
    }

    /** VFIO_IRQ_INFO flags of an index. */
    static int infoFlags(int index) {
        return index == VfioUser.IRQ_INTX
                ? VfioUser.IRQ_INFO_EVENTFD
                        | VfioUser.IRQ_INFO_MASKABLE
                        | VfioUser.IRQ_INFO_AUTOMASKED
                : VfioUser.IRQ_INFO_EVENTFD;
    }

    /** How interrupts travel now: by whatever has a descriptor, INTx if nothing has. */
    InterruptKind mode() {
        if (attached(VfioUser.IRQ_MSIX)) {
            return InterruptKind.MSIX;
        }
        return attached(VfioUser.IRQ_MSI) ? InterruptKind.MSI : InterruptKind.INTX;
    }

    /** Whether a vector has a descriptor. */
    boolean attached(int index, int vector) {
        return vector < targets[index].length && targets[index][vector] != null;
    }

    private boolean attached(int index) {
        for (Descriptor target : targets[index]) {
            if (target != null) {
                return true;
            }
        }
        return false;
    }

    /**
     * One SET_IRQS. Takes the descriptors over, whatever comes of it.
     *
     * @param data what follows the fixed part
     * @return 0 or the errno to answer
     */
    int set(int flags, long index, long[] range, byte[] data, List<Descriptor> descriptors) {
        int refused = check(flags, index, range, data, descriptors);
        if (refused != 0) {
            descriptors.forEach(Descriptor::close);
            return refused;
        }
        int at = (int) index;
        int from = (int) range[0];
        int count = (int) range[1];
        int kind = flags & 7;
        if (kind == VfioUser.IRQ_DATA_EVENTFD) {
            attach(at, from, count, descriptors);
            return 0;
        }
        boolean trigger = (flags & VfioUser.IRQ_ACTION_TRIGGER) != 0;
        if (trigger && kind == VfioUser.IRQ_DATA_NONE && count == 0) {
            detach(at);
            return 0;
        }
        for (int i = 0; i < count; i++) {
            if (kind == VfioUser.IRQ_DATA_BOOL && data[i] == 0) {
                continue;
            }
            if (trigger) {
                raise(at, from + i);
            } else {
                maskLine((flags & VfioUser.IRQ_ACTION_MASK) != 0);
            }
        }
        return 0;
    }

    private int check(
            int flags, long index, long[] range, byte[] data, List<Descriptor> descriptors) {
        int there = count(index);
        int kind = flags & 7;
        int action = flags & 0x38;
        boolean known = (flags & ~0x3F) == 0;
        if (!known || Integer.bitCount(kind) != 1 || Integer.bitCount(action) != 1 || there < 0) {
            return VfioUser.EINVAL;
        }
        if (range[0] > there || range[1] > there - range[0]) {
            return VfioUser.EINVAL;
        }
        boolean trigger = action == VfioUser.IRQ_ACTION_TRIGGER;
        if (!trigger && (index != VfioUser.IRQ_INTX || kind == VfioUser.IRQ_DATA_EVENTFD)) {
            // Only the line can be masked here, and only by being told so.
            return VfioUser.EINVAL;
        }
        boolean nothing = range[1] == 0 && !(trigger && kind == VfioUser.IRQ_DATA_NONE);
        if (nothing || range[1] == 0 && range[0] != 0) {
            return VfioUser.EINVAL;
        }
        return switch (kind) {
            case VfioUser.IRQ_DATA_EVENTFD ->
                    descriptors.size() == range[1] || descriptors.isEmpty() && range[1] == 1
                            ? 0
                            : VfioUser.EINVAL;
            case VfioUser.IRQ_DATA_BOOL ->
                    descriptors.isEmpty() && data.length >= range[1] ? 0 : VfioUser.EINVAL;
            default -> descriptors.isEmpty() ? 0 : VfioUser.EINVAL;
        };
    }

    private void attach(int index, int from, int count, List<Descriptor> descriptors) {
        for (int i = 0; i < count; i++) {
            int vector = from + i;
            close(index, vector);
            if (descriptors.isEmpty()) {
                continue;
            }
            targets[index][vector] = descriptors.get(i);
            if (pending[index].get(vector)) {
                pending[index].clear(vector);
                raise(index, vector);
            }
        }
        if (index == VfioUser.IRQ_INTX) {
            lineMasked = false;
            updateLine();
        }
    }

    private void detach(int index) {
        for (int v = 0; v < targets[index].length; v++) {
            close(index, v);
        }
        lineMasked &= index != VfioUser.IRQ_INTX;
    }

    private void close(int index, int vector) {
        Descriptor old = targets[index][vector];
        targets[index][vector] = null;
        if (old != null) {
            old.close();
        }
    }

    @Override
    public void message(int vector) {
        int index = mode() == InterruptKind.MSI ? VfioUser.IRQ_MSI : VfioUser.IRQ_MSIX;
        if (vector >= 0 && vector < targets[index].length) {
            raise(index, vector);
        }
    }

    @Override
    public void line(boolean asserted) {
        line = asserted;
        updateLine();
    }

    /** PCI command register, bit 10. */
    void lineDisabled(boolean disabled) {
        lineDisabled = disabled;
        updateLine();
    }

    /** The level of INTx, for the PCI status register. */
    boolean line() {
        return line;
    }

    private void maskLine(boolean mask) {
        lineMasked = mask;
        updateLine();
    }

    private void updateLine() {
        if (line && !lineMasked && !lineDisabled && attached(VfioUser.IRQ_INTX, 0)) {
            lineMasked = true;
            raise(VfioUser.IRQ_INTX, 0);
        }
    }

    private void raise(int index, int vector) {
        Descriptor target = targets[index][vector];
        if (target == null) {
            if (index == VfioUser.IRQ_MSIX || index == VfioUser.IRQ_MSI) {
                pending[index].set(vector);
            }
        } else {
            signal.signal(target);
        }
    }

    /** Pending bits of the MSI-X vectors from {@code first}, as the PBA shows them. */
    long pendingBits(int first) {
        long bits = 0;
        for (int i = 0; i < Long.SIZE; i++) {
            bits |= pending[VfioUser.IRQ_MSIX].get(first + i) ? 1L << i : 0;
        }
        return bits;
    }

    /** The function was reset: nothing waits any more. Descriptors stay. */
    void reset() {
        Arrays.stream(pending).forEach(BitSet::clear);
        lineMasked = false;
        lineDisabled = false;
    }

    /** The client left: closes every descriptor. */
    @Override
    public void close() {
        for (int i = 0; i < INDEXES; i++) {
            detach(i);
        }
        reset();
        line = false;
    }
}
