package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;
import java.util.BitSet;
import java.util.function.Consumer;

/**
 * A controller and its user, on one side of a driver, with all that passes between them recorded:
 * registers, doorbells, vector masks, interrupts, resets. Accesses are recorded before they are
 * passed on, reads after.
 */
final class WitnessedController implements Controller {
    private static final int ENTRY_BYTES = 16;
    private static final int CONTROL = 12;

    private final Controller next;
    private final Side side;
    private final Witness witness;
    private final Consumer<Runnable> inside;
    private final BitSet unmasked = new BitSet();
    private final BitSet unflushed = new BitSet();
    private InterruptKind mode = InterruptKind.INTX;
    private int dstrd;
    private boolean enabled;
    private boolean resetting;
    private boolean lineUp;

    /**
     * @param side GUEST: the driver in front of its guest; DEVICE: the controller behind the driver
     * @param inside runs what records inside the timeline
     */
    WitnessedController(Controller next, Side side, Witness witness, Consumer<Runnable> inside) {
        this.next = next;
        this.side = side;
        this.witness = witness;
        this.inside = inside;
    }

    private void tell(Consumer<Tap> what) {
        inside.accept(() -> what.accept(witness.tap()));
    }

    @Override
    public void connect(GuestMemory memory, InterruptSink interrupts) {
        next.connect(
                memory,
                new InterruptSink() {
                    @Override
                    public void message(int vector) {
                        witness.interrupt(side, vector, mode);
                        interrupts.message(vector);
                    }

                    @Override
                    public void line(boolean asserted) {
                        level(asserted);
                        interrupts.line(asserted);
                    }
                });
    }

    /**
     * Over vfio-user the guest is told that the line is up, again and again while it is, and never
     * that it fell: there a lowered line is only our not knowing.
     */
    private void level(boolean asserted) {
        if (asserted && !lineUp) {
            witness.interrupt(side, 0, InterruptKind.INTX);
        } else if (!asserted && lineUp && side == Side.DEVICE) {
            witness.lineLowered(side);
        }
        lineUp = asserted;
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        long value = next.readRegister(offset, widthBytes, cpu);
        if (offset <= Registers.CAP_HIGH && offset + widthBytes > Registers.CAP_HIGH) {
            dstrd = Registers.capDstrd(value << 8 * (Registers.CAP_HIGH + 4 - widthBytes));
        }
        tell(
                tap -> {
                    tap.emit(
                            tap.event()
                                    .asRegisterRead(
                                            side, RegisterSpace.BAR0, offset, widthBytes, value),
                            cpu);
                    boolean off = offset == Registers.CSTS && !Registers.cstsRdy((int) value);
                    if (resetting && off) {
                        resetting = false;
                        tap.emit(tap.event().asReset(side, ResetKind.CC_EN, Edge.END), cpu);
                    }
                });
        return value;
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        if (Registers.isDoorbell(offset)) {
            DoorbellKind kind =
                    Registers.doorbellIsCompletion(offset, dstrd)
                            ? DoorbellKind.CQ_HEAD
                            : DoorbellKind.SQ_TAIL;
            tell(tap -> doorbell(tap, kind, Registers.doorbellQid(offset, dstrd), value, cpu));
        } else {
            tell(
                    tap -> {
                        tap.emit(
                                tap.event()
                                        .asRegisterWritten(
                                                side,
                                                RegisterSpace.BAR0,
                                                offset,
                                                widthBytes,
                                                value),
                                cpu);
                        if (offset == Registers.CC) {
                            configured(tap, Registers.ccEn((int) value), cpu);
                        }
                    });
        }
        next.writeRegister(offset, widthBytes, value, cpu);
    }

    private void doorbell(Tap tap, DoorbellKind kind, int qid, long value, int cpu) {
        if (side == Side.GUEST) {
            witness.rung(kind, qid, (int) value, cpu);
        } else {
            tap.emit(tap.event().asDoorbell(side, kind, qid, (int) value), cpu);
        }
    }

    private void configured(Tap tap, boolean on, int cpu) {
        if (enabled && !on) {
            tap.emit(tap.event().asReset(side, ResetKind.CC_EN, Edge.BEGIN), cpu);
            resetting = true;
        }
        resetting &= !on;
        enabled = on;
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        long value = next.readMsix(offset, widthBytes, cpu);
        tell(
                tap -> {
                    tap.emit(
                            tap.event()
                                    .asRegisterRead(
                                            side,
                                            RegisterSpace.MSIX_TABLE,
                                            offset,
                                            widthBytes,
                                            value),
                            cpu);
                    int vector = (int) (offset / ENTRY_BYTES);
                    if (unflushed.get(vector)) {
                        unflushed.clear(vector);
                        tap.emit(tap.event().asVector(EventKind.VECTOR_FLUSHED, side, vector), cpu);
                    }
                });
        return value;
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        tell(
                tap -> {
                    tap.emit(
                            tap.event()
                                    .asRegisterWritten(
                                            side,
                                            RegisterSpace.MSIX_TABLE,
                                            offset,
                                            widthBytes,
                                            value),
                            cpu);
                    if (offset % ENTRY_BYTES == CONTROL && offset >= 0) {
                        masked(tap, (int) (offset / ENTRY_BYTES), (value & 1) != 0, cpu);
                    }
                });
        next.writeMsix(offset, widthBytes, value, cpu);
    }

    private void masked(Tap tap, int vector, boolean mask, int cpu) {
        if (unmasked.get(vector) != mask) {
            return;
        }
        unmasked.set(vector, !mask);
        unflushed.set(vector);
        EventKind kind = mask ? EventKind.VECTOR_MASKED : EventKind.VECTOR_UNMASKED;
        tap.emit(tap.event().asVector(kind, side, vector), cpu);
    }

    @Override
    public void interruptMode(InterruptKind newMode) {
        mode = newMode;
        // The line falls when messages are chosen, whatever it stood for.
        lineUp &= newMode == InterruptKind.INTX;
        next.interruptMode(newMode);
    }

    @Override
    public void reset(ResetKind kind) {
        tell(
                tap -> {
                    tap.emit(tap.event().asReset(side, kind, Edge.BEGIN), -1);
                    enabled = false;
                    resetting = false;
                });
        next.reset(kind);
        tell(tap -> tap.emit(tap.event().asReset(side, kind, Edge.END), -1));
    }
}
