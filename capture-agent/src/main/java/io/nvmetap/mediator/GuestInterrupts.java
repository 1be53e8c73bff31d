package io.nvmetap.mediator;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;

/** Interrupts to the guest: MSI-X behind its masks, MSI behind INTMS, INTx as a level. */
final class GuestInterrupts {
    private static final long LATCHED_NS = 15_000;

    private final MediatorState state;
    private MsixTable msix;
    private InterruptKind mode = InterruptKind.INTX;
    private int intms;
    private boolean line;
    private boolean deviceLine;

    /** Something was completed and no queue was emptied since: what a fault takes for the level. */
    private boolean pinStatus;

    GuestInterrupts(MediatorState state) {
        this.state = state;
    }

    void wire(MsixTable newMsix) {
        msix = newMsix;
    }

    InterruptKind mode() {
        return mode;
    }

    void mode(InterruptKind newMode) {
        mode = newMode == InterruptKind.UNKNOWN ? InterruptKind.INTX : newMode;
        updateLine();
    }

    /** The controller's INTx line. */
    boolean deviceLine() {
        return deviceLine;
    }

    void deviceLine(boolean asserted) {
        deviceLine = asserted;
    }

    boolean intmsMasks(int vector) {
        return mode != InterruptKind.MSIX && vector < 32 && (intms >>> vector & 1) != 0;
    }

    /** Completions are in the guest's queue. */
    void completed(CqShadow cq) {
        if (!cq.interrupts) {
            return;
        }
        // fault: lost-irq-polled-rescue. Nobody tells the guest.
        cq.interruptLost = state.faults.strikes(MediatorFault.LOST_IRQ_POLLED_RESCUE);
        // fault: irq-suppressed-while-busy. Who works on the pair is trusted to tell the guest.
        if (cq.interruptLost || cq.busy) {
            return;
        }
        if (mode == InterruptKind.INTX) {
            pinStatus = true;
            updateLine();
        } else if (mode == InterruptKind.MSIX && msix.masked(cq.vector)) {
            msix.pend(cq.vector);
            suppressed(cq.vector, "the guest masks the vector");
        } else if (intmsMasks(cq.vector)) {
            cq.messagePending = true;
            suppressed(cq.vector, "INTMS masks the vector");
        } else if (filtered(cq.vector)) {
            suppressed(cq.vector, "filtered");
        } else if (mode == InterruptKind.MSI && state.has(MediatorFault.IRQ_AFTER_MASK)) {
            latch(cq.vector);
        } else {
            deliver(cq.vector);
        }
    }

    /** fault: irq-after-mask. Sent for good; nobody asks INTMS again when it arrives. */
    private void latch(int vector) {
        int epoch = state.epoch;
        state.timeline.after(
                LATCHED_NS,
                () -> {
                    if (epoch == state.epoch) {
                        state.tap.cpu = -1;
                        deliver(vector);
                    }
                });
    }

    /** fault: over-filtering-drops-wanted-irq. Asks for a mask, not for the vector's. */
    private boolean filtered(int vector) {
        return state.has(MediatorFault.OVER_FILTERING_DROPS_WANTED_IRQ)
                && mode == InterruptKind.MSIX
                && msix.otherMasked(vector);
    }

    /** The guest acknowledged completions. */
    void acknowledged(CqShadow cq) {
        if (!cq.unacked()) {
            cq.messagePending = false;
            cq.interruptLost = false;
            pinStatus = false;
        }
        if (mode == InterruptKind.INTX) {
            updateLine();
        }
    }

    /** A message that waited for an unmask. */
    void deliver(int vector) {
        state.tap.interrupt(EventKind.INTERRUPT_DELIVERED, Side.GUEST, vector, mode, "");
        state.sink.message(vector);
    }

    void suppressed(int vector, String reason) {
        state.tap.interrupt(EventKind.INTERRUPT_SUPPRESSED, Side.GUEST, vector, mode, reason);
    }

    /** INTMS or INTMC was written; the value goes to the controller too. */
    void intms(int newMask) {
        intms = newMask;
        updateLine();
        if (mode != InterruptKind.MSI) {
            return;
        }
        for (int i = 0; i < state.queues.allCqs.size(); i++) {
            CqShadow cq = state.queues.allCqs.get(i);
            if (cq.messagePending && !intmsMasks(cq.vector)) {
                cq.messagePending = false;
                deliver(cq.vector);
            }
        }
    }

    int intms() {
        return intms;
    }

    /** The queues are gone; {@code function}: the whole function was reset. */
    void reset(boolean function) {
        intms = 0;
        if (function) {
            mode = InterruptKind.INTX;
            msix.clear();
            deviceLine = false;
        }
        updateLine();
    }

    /** Level of INTx: the OR over the guest's completion queues. */
    private void updateLine() {
        boolean level = false;
        if (mode == InterruptKind.INTX) {
            for (int i = 0; i < state.queues.allCqs.size(); i++) {
                CqShadow cq = state.queues.allCqs.get(i);
                boolean speaks = cq.interrupts && !cq.interruptLost && !intmsMasks(cq.vector);
                level |= speaks && cq.unacked();
            }
        }
        // fault: pin-irq-deasserted-early. One status for all queues.
        if (state.has(MediatorFault.PIN_IRQ_DEASSERTED_EARLY)) {
            level &= pinStatus;
        }
        if (level != line) {
            line = level;
            if (level) {
                state.tap.interrupt(EventKind.INTERRUPT_DELIVERED, Side.GUEST, 0, mode, "");
            } else {
                state.tap.lineLowered(Side.GUEST);
            }
            state.sink.line(level);
        }
    }
}
