package io.nvmetap.device.model;

import io.nvmetap.event.InterruptKind;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;

/**
 * Interrupts of one controller: the INTx line (level: the OR over its completion queues), MSI
 * masked by INTMS/INTMC, and MSI-X with its table, masks and pending bits (NVMe over PCIe Transport
 * 1.0 3.5, PCIe Base, MSI-X Capability and Table Structure).
 */
final class Interrupts {
    /** How long a message or a level is on its way. */
    static final long FLIGHT_NS = 150;

    /** Posted table writes that may be under way; beyond that the oldest lands. */
    static final int POSTED_WRITES_MAX = 256;

    /** Messages that {@link Quirk#INTMS_KEEPALIVE} allows without an access to the mask. */
    static final int MESSAGES_UNTOUCHED_MAX = 64;

    private static final int ENTRY = 16;
    private static final int CONTROL = 12;

    private final ModelState state;
    private final Collection<CompletionQueue> queues;
    private final byte[] table;
    private final boolean[] pending;
    private final ArrayDeque<TableWrite> posted = new ArrayDeque<>();
    private InterruptKind mode = InterruptKind.INTX;
    private int intms;
    private int untouched;
    private boolean starved;
    private boolean line;
    private long writes;

    private record TableWrite(long order, int offset, int widthBytes, long value) {}

    Interrupts(ModelState state, Collection<CompletionQueue> queues) {
        this.state = state;
        this.queues = queues;
        this.table = new byte[state.profile.vectors() * ENTRY];
        this.pending = new boolean[state.profile.vectors()];
        clearTable();
    }

    InterruptKind mode() {
        return mode;
    }

    void mode(InterruptKind newMode) {
        mode = newMode == InterruptKind.UNKNOWN ? InterruptKind.INTX : newMode;
        updateLine();
    }

    /** A completion was posted. */
    void posted(CompletionQueue cq) {
        if (!cq.interrupts) {
            return;
        }
        cq.interruptLost = state.faults.strikes(ControllerFault.LOST_IRQ_POLLED_RESCUE);
        if (cq.interruptLost) {
            state.observer.struck(
                    state.nowNs(), ControllerFault.LOST_IRQ_POLLED_RESCUE.id(), cq.id, -1);
        }
        if (mode == InterruptKind.INTX) {
            updateLine();
        } else if (!cq.interruptLost) {
            message(cq.vector);
        }
    }

    /** The head of a completion queue moved. */
    void acknowledged(CompletionQueue cq) {
        if (mode == InterruptKind.INTX) {
            updateLine();
        } else if (cq.vector < pending.length && pending[cq.vector] && !due(cq.vector)) {
            pending[cq.vector] = false;
        }
    }

    /** A completion queue was deleted. */
    void queueGone() {
        updateLine();
    }

    int readIntms() {
        untouched = 0;
        return intms;
    }

    /** Whether nobody looked at the mask for so long that nothing more is posted. */
    boolean starved() {
        boolean now = mode == InterruptKind.MSI && untouched >= MESSAGES_UNTOUCHED_MAX;
        if (now && !starved && state.has(Quirk.INTMS_KEEPALIVE)) {
            starved = true;
            state.observer.struck(state.nowNs(), "ans2-intms-keepalive", -1, -1);
        }
        return starved;
    }

    void writeIntms(int bits) {
        untouched = 0;
        intms |= bits;
        updateLine();
    }

    void writeIntmc(int bits) {
        untouched = 0;
        int cleared = intms & bits;
        intms &= ~bits;
        updateLine();
        if (mode == InterruptKind.MSI) {
            for (int vector = 0; vector < Integer.SIZE; vector++) {
                if ((cleared >>> vector & 1) != 0 && due(vector)) {
                    send(vector);
                }
            }
        }
    }

    long readTable(long offset, int widthBytes) {
        flush();
        if (offset < 0 || offset > table.length - widthBytes) {
            return -1L >>> Long.SIZE - 8 * widthBytes;
        }
        long value = 0;
        for (int i = widthBytes - 1; i >= 0; i--) {
            value = value << 8 | table[(int) offset + i] & 0xFF;
        }
        return value;
    }

    void writeTable(long offset, int widthBytes, long value) {
        boolean aligned = (widthBytes == 4 || widthBytes == 8) && offset % widthBytes == 0;
        if (!aligned || offset < 0 || offset > table.length - widthBytes) {
            return;
        }
        TableWrite write = new TableWrite(writes++, (int) offset, widthBytes, value);
        if (!state.has(Quirk.POSTED_MASK_WRITES)) {
            land(write);
            return;
        }
        if (posted.size() == POSTED_WRITES_MAX) {
            land(posted.poll());
        }
        posted.add(write);
        state.timeline.after(
                state.knobs.maskWriteDelayNs(),
                () -> {
                    if (posted.contains(write)) {
                        land(posted.poll());
                    }
                });
    }

    /** A read pushes the posted writes before it. */
    void flush() {
        while (!posted.isEmpty()) {
            land(posted.poll());
        }
    }

    /** Controller reset: the table stays, which is the function's and not the controller's. */
    void reset() {
        if (intms != 0 && state.faults.has(ControllerFault.MASK_SURVIVES_RESET)) {
            state.observer.struck(state.nowNs(), ControllerFault.MASK_SURVIVES_RESET.id(), -1, -1);
        } else {
            intms = 0;
        }
        untouched = 0;
        starved = false;
        Arrays.fill(pending, false);
        updateLine();
    }

    /** Reset of the whole function. */
    void resetFunction() {
        intms = 0;
        reset();
        mode = InterruptKind.INTX;
        posted.clear();
        clearTable();
        updateLine();
    }

    private void clearTable() {
        Arrays.fill(table, (byte) 0);
        for (int at = CONTROL; at < table.length; at += ENTRY) {
            table[at] = 1;
        }
    }

    private void land(TableWrite write) {
        for (int i = 0; i < write.widthBytes; i++) {
            table[write.offset + i] = (byte) (write.value >>> 8 * i);
        }
        int vector = write.offset / ENTRY;
        if (mode == InterruptKind.MSIX && pending[vector] && !masked(vector)) {
            pending[vector] = false;
            send(vector);
        }
    }

    private boolean masked(int vector) {
        return (table[vector * ENTRY + CONTROL] & 1) != 0;
    }

    private void message(int vector) {
        if (mode == InterruptKind.MSI) {
            if ((intms >>> vector & 1) == 0) {
                send(vector);
            }
        } else if (!masked(vector)) {
            send(vector);
        } else if (state.faults.has(ControllerFault.MSIX_UNMASK_NOT_FLUSHED)) {
            state.observer.struck(
                    state.nowNs(), ControllerFault.MSIX_UNMASK_NOT_FLUSHED.id(), vector, -1);
        } else {
            pending[vector] = true;
        }
    }

    private void send(int vector) {
        untouched++;
        state.observer.interruptRaised(state.nowNs(), vector);
        state.later(FLIGHT_NS, () -> state.sink.message(vector));
    }

    /** Whether a queue of this vector holds entries nobody acknowledged. */
    private boolean due(int vector) {
        for (CompletionQueue cq : queues) {
            if (cq.interrupts && cq.vector == vector && cq.unacked() != 0) {
                return true;
            }
        }
        return false;
    }

    private void updateLine() {
        boolean level = false;
        if (mode == InterruptKind.INTX) {
            for (CompletionQueue cq : queues) {
                boolean unmasked = (intms >>> cq.vector & 1) == 0;
                level |= cq.interrupts && !cq.interruptLost && unmasked && cq.unacked() != 0;
            }
        }
        if (level != line) {
            line = level;
            boolean now = level;
            if (now) {
                state.observer.interruptRaised(state.nowNs(), -1);
            }
            state.later(FLIGHT_NS, () -> state.sink.line(now));
        }
    }
}
