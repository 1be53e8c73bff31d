package io.nvmetap.mediator;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import java.util.Arrays;
import java.util.BitSet;

/**
 * The MSI-X table as the guest sees it (PCIe Base, MSI-X Table Structure): 16 bytes a vector, mask
 * in bit 0 at 12. Masks go on to the controller's table and are read back: a posted write would
 * cross a message under way, which is then lost. After an unmask the queues are looked at again.
 */
final class MsixTable {
    private static final int ENTRY = 16;
    private static final int CONTROL = 12;

    private final MediatorState state;
    private final GuestInterrupts interrupts;
    private final byte[] table;
    private final BitSet pending = new BitSet();
    private final BitSet unread = new BitSet();
    private int lastMasked = -1;
    private Completer completer;
    private Poller poller;

    MsixTable(MediatorState state, GuestInterrupts interrupts) {
        this.state = state;
        this.interrupts = interrupts;
        table = new byte[state.config.vectors() * ENTRY];
        clear();
    }

    void wire(Completer newCompleter, Poller newPoller) {
        completer = newCompleter;
        poller = newPoller;
    }

    /** After reset of the function: every vector masked. */
    void clear() {
        Arrays.fill(table, (byte) 0);
        for (int at = CONTROL; at < table.length; at += ENTRY) {
            table[at] = 1;
        }
        pending.clear();
        unread.clear();
        lastMasked = -1;
    }

    /** Whether the guest holds a mask that it set last on a vector other than this. */
    boolean otherMasked(int vector) {
        return lastMasked >= 0 && lastMasked != vector && masked(lastMasked);
    }

    /** Whether a message for the vector would not be sent; true for vectors there are not. */
    boolean masked(int vector) {
        int at = vector * ENTRY + CONTROL;
        return vector < 0 || at >= table.length || (table[at] & 1) != 0;
    }

    /** A message waits for the unmask. */
    void pend(int vector) {
        pending.set(vector);
    }

    /** The guest reads its table. */
    long read(long offset, int width) {
        long value = -1L >>> Long.SIZE - 8 * width;
        if (offset >= 0 && offset <= table.length - width) {
            value = 0;
            for (int i = width - 1; i >= 0; i--) {
                value = value << 8 | table[(int) offset + i] & 0xFF;
            }
        }
        state.tap.read(Side.GUEST, RegisterSpace.MSIX_TABLE, offset, width, value);
        for (int v = unread.nextSetBit(0); v >= 0; v = unread.nextSetBit(v + 1)) {
            state.tap.vector(EventKind.VECTOR_FLUSHED, Side.GUEST, v);
        }
        unread.clear();
        return value;
    }

    /** The guest writes its table: dwords or qwords, aligned; anything else does nothing. */
    void write(long offset, int width, long value) {
        state.tap.written(Side.GUEST, RegisterSpace.MSIX_TABLE, offset, width, value);
        boolean aligned = (width == 4 || width == 8) && offset % width == 0;
        if (!aligned || offset < 0 || offset > table.length - width) {
            return;
        }
        int vector = (int) offset / ENTRY;
        boolean before = masked(vector);
        for (int i = 0; i < width; i++) {
            table[(int) offset + i] = (byte) (value >>> 8 * i);
        }
        boolean after = masked(vector);
        if (before != after) {
            unread.set(vector);
            changed(vector, after);
        }
    }

    private void changed(int vector, boolean nowMasked) {
        lastMasked = nowMasked ? vector : lastMasked;
        EventKind kind = nowMasked ? EventKind.VECTOR_MASKED : EventKind.VECTOR_UNMASKED;
        state.tap.vector(kind, Side.GUEST, vector);
        // fault: unmask-without-recheck. Masks only its own table and drops what comes.
        boolean noRecheck = state.has(MediatorFault.UNMASK_WITHOUT_RECHECK);
        if (!(noRecheck && nowMasked)) {
            writeDevice(vector, nowMasked, kind);
        }
        if (nowMasked) {
            poller.kick();
            return;
        }
        if (!noRecheck) {
            for (int i = 0; i < state.queues.allCqs.size(); i++) {
                CqShadow cq = state.queues.allCqs.get(i);
                if (cq.vector == vector) {
                    completer.scan(cq);
                }
            }
        }
        if (pending.get(vector)) {
            pending.clear(vector);
            interrupts.deliver(vector);
        }
    }

    private void writeDevice(int vector, boolean mask, EventKind kind) {
        long offset = (long) vector * ENTRY + CONTROL;
        long control = mask ? 1 : 0;
        state.tap.written(Side.DEVICE, RegisterSpace.MSIX_TABLE, offset, 4, control);
        state.device.writeMsix(offset, 4, control, state.tap.cpu);
        state.tap.vector(kind, Side.DEVICE, vector);
        // fault: msix-unmask-not-flushed. Leaves the write on its way.
        if (mask || !state.has(MediatorFault.MSIX_UNMASK_NOT_FLUSHED)) {
            long read = state.device.readMsix(offset, 4, state.tap.cpu);
            state.tap.read(Side.DEVICE, RegisterSpace.MSIX_TABLE, offset, 4, read);
            state.tap.vector(EventKind.VECTOR_FLUSHED, Side.DEVICE, vector);
        }
    }
}
