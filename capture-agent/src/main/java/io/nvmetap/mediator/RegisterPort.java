package io.nvmetap.mediator;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;

/** BAR0 as the guest sees it: what is the mediator's own, what is filtered, what goes through. */
final class RegisterPort {
    /**
     * CAP bits not shown: CMBS, PMRS and boot partitions read guest addresses nobody translates.
     */
    private static final long CAP_HIDDEN = 1L << 57 | 1L << 56 | 0xFFL << 37;

    /** CAP.CQR: queues are contiguous. */
    private static final long CAP_CQR = 1L << 16;

    private final MediatorState state;
    private final DevicePort port;
    private final Lifecycle lifecycle;
    private final GuestDoorbells doorbells;
    private final GuestInterrupts interrupts;
    private final Completer completer;
    private Poller poller;

    RegisterPort(
            MediatorState state,
            DevicePort port,
            Lifecycle lifecycle,
            GuestDoorbells doorbells,
            GuestInterrupts interrupts,
            Completer completer) {
        this.state = state;
        this.port = port;
        this.lifecycle = lifecycle;
        this.doorbells = doorbells;
        this.interrupts = interrupts;
        this.completer = completer;
    }

    void wire(Poller newPoller) {
        poller = newPoller;
    }

    // ---- reads ----

    long read(long offset, int width) {
        long value;
        if (offset < 0 || offset % width != 0) {
            value = ones(width);
        } else if (offset >= Registers.DOORBELL_BASE) {
            value = 0;
        } else if (width == 8) {
            value = dword(offset) & 0xFFFF_FFFFL | dword(offset + 4) << 32;
        } else {
            value = dword(offset & ~3L) >>> 8 * (offset & 3) & ones(width);
        }
        state.tap.read(Side.GUEST, RegisterSpace.BAR0, offset, width, value);
        return value;
    }

    private static long ones(int width) {
        return -1L >>> Long.SIZE - 8 * width;
    }

    private long dword(long offset) {
        return switch ((int) offset) {
            case Registers.CAP -> shownCap() & 0xFFFF_FFFFL;
            case Registers.CAP_HIGH -> shownCap() >>> 32;
            case Registers.CC -> state.guestCc & 0xFFFF_FFFFL;
            case Registers.CSTS -> lifecycle.guestCsts() & 0xFFFF_FFFFL;
            case Registers.AQA -> lifecycle.aqa & 0xFFFF_FFFFL;
            case Registers.ASQ -> lifecycle.asq & 0xFFFF_FFFFL;
            case Registers.ASQ_HIGH -> lifecycle.asq >>> 32;
            case Registers.ACQ -> lifecycle.acq & 0xFFFF_FFFFL;
            case Registers.ACQ_HIGH -> lifecycle.acq >>> 32;
            default -> hidden(offset) ? 0 : port.read(offset, 4);
        };
    }

    private long shownCap() {
        long cap = port.cap();
        long css = (long) (Registers.capCss(cap) & Lifecycle.CSS_SERVED) << 37;
        return cap & ~CAP_HIDDEN | css | CAP_CQR;
    }

    /** Controller and persistent memory, and reserved space: nothing there for the guest. */
    private static boolean hidden(long offset) {
        boolean cmb = offset == Registers.CMBLOC || offset == Registers.CMBSZ;
        return cmb || offset >= Registers.CMBMSC && offset < 0x60 || offset >= 0xE00;
    }

    // ---- writes ----

    void write(long offset, int width, long value) {
        if (offset < 0 || offset >= Registers.DOORBELL_BASE) {
            doorbell(offset, width, value);
            return;
        }
        state.tap.written(Side.GUEST, RegisterSpace.BAR0, offset, width, value);
        if (width == 4 && offset % 4 == 0) {
            writeDword(offset, value & 0xFFFF_FFFFL);
        } else if (width == 8 && offset % 8 == 0) {
            writeDword(offset, value & 0xFFFF_FFFFL);
            writeDword(offset + 4, value >>> 32);
        } else {
            ignore("register", "written with a width of " + width + " or misaligned");
        }
    }

    private void writeDword(long offset, long value) {
        long mask = 0xFFFF_FFFFL;
        switch ((int) offset) {
            case Registers.CC:
                lifecycle.writeCc((int) value);
                break;
            case Registers.AQA:
                lifecycle.aqa = (int) value;
                break;
            case Registers.ASQ:
                lifecycle.asq = lifecycle.asq & ~mask | value & ~0xFFFL;
                break;
            case Registers.ASQ_HIGH:
                lifecycle.asq = lifecycle.asq & mask | value << 32;
                break;
            case Registers.ACQ:
                lifecycle.acq = lifecycle.acq & ~mask | value & ~0xFFFL;
                break;
            case Registers.ACQ_HIGH:
                lifecycle.acq = lifecycle.acq & mask | value << 32;
                break;
            case Registers.INTMS:
                port.write(offset, 4, value);
                interrupts.intms(interrupts.intms() | (int) value);
                poller.kick();
                break;
            case Registers.INTMC:
                port.write(offset, 4, value);
                interrupts.intms(interrupts.intms() & ~(int) value);
                // What arrived while masked had no interrupt: look now.
                completer.scanAll();
                poller.kick();
                break;
            case Registers.NSSR:
                subsystemReset(value);
                break;
            case Registers.CAP, Registers.CAP_HIGH, Registers.VS:
                break;
            default:
                other(offset, value);
                break;
        }
    }

    private void subsystemReset(long value) {
        boolean served = Registers.capNssrs(port.cap());
        if (served && value == Registers.NSSR_RESET) {
            lifecycle.externalReset(
                    ResetKind.SUBSYSTEM, () -> port.write(Registers.NSSR, 4, value));
        } else {
            port.write(Registers.NSSR, 4, value);
        }
    }

    private void other(long offset, long value) {
        if (hidden(offset)) {
            ignore("register 0x" + Long.toHexString(offset), "not shown to the guest");
        } else {
            port.write(offset, 4, value);
        }
    }

    private void doorbell(long offset, int width, long value) {
        int dstrd = Registers.capDstrd(port.cap());
        boolean inRange = offset < Registers.doorbellOffset(QueueShadows.QIDS, false, dstrd);
        boolean exact = width == 4 && Registers.isDoorbellAligned(offset, dstrd);
        if (offset < 0 || !inRange || !exact) {
            // No doorbell, so it is told as what it is: a write.
            state.tap.written(Side.GUEST, RegisterSpace.BAR0, offset, width, value);
            ignore("doorbell", "no doorbell of 4 bytes at 0x" + Long.toHexString(offset));
            return;
        }
        int qid = Registers.doorbellQid(offset, dstrd);
        // Bits 31:16 are reserved (NVMe over PCIe Transport 1.0, 3.1.2).
        int index = (int) value & 0xFFFF;
        if (Registers.doorbellIsCompletion(offset, dstrd)) {
            doorbells.head(qid, index);
        } else {
            doorbells.tail(qid, index);
        }
    }

    private void ignore(String what, String reason) {
        state.decide(Side.GUEST, DecisionKind.IGNORED, what, -1, -1, reason);
    }
}
