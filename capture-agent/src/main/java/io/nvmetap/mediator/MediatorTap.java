package io.nvmetap.mediator;

import io.nvmetap.capture.Tap;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.event.TakeOverStep;
import io.nvmetap.event.Transfer;

/** The tap in the mediator's words. Each method emits one event if someone records. */
final class MediatorTap {
    private final Tap tap;

    /** CPU on whose behalf the mediator acts, -1 not known. */
    int cpu = -1;

    MediatorTap(Tap tap) {
        this.tap = tap;
    }

    boolean on() {
        return tap.on();
    }

    void read(Side side, RegisterSpace space, long offset, int width, long value) {
        if (tap.on()) {
            tap.emit(tap.event().asRegisterRead(side, space, offset, width, value), cpu);
        }
    }

    void written(Side side, RegisterSpace space, long offset, int width, long value) {
        if (tap.on()) {
            tap.emit(tap.event().asRegisterWritten(side, space, offset, width, value), cpu);
        }
    }

    void doorbell(Side side, DoorbellKind kind, int qid, int value, int byCpu) {
        if (tap.on()) {
            tap.emit(tap.event().asDoorbell(side, kind, qid, value), byCpu);
        }
    }

    /** The mediator read or wrote a cell of the guest's doorbell buffers. */
    void shadow(ShadowCell cell, DoorbellKind kind, int qid, int value, boolean written) {
        if (tap.on()) {
            CapturedEvent e = tap.event().asShadow(Side.GUEST, cell, kind, qid, value);
            e.flag = written;
            tap.emit(e, cpu);
        }
    }

    /** COMMAND_FETCHED or COMMAND_EMITTED with its pages. */
    void command(EventKind kind, SqShadow sq, int at, byte[] sqe, Owner owner, Pages p) {
        if (!tap.on()) {
            return;
        }
        boolean fetched = kind == EventKind.COMMAND_FETCHED;
        int bytes = fetched ? sq.guestEntryBytes() : sq.entryBytes();
        CapturedEvent e = tap.event().asCommand(kind, sq.qid, at, sqe, 0, bytes);
        p.into(e);
        e.owned(owner, p.commandId);
        tap.emit(e, cpu);
    }

    /** Entries of a guest's PRP list, as they were read from {@code address} on. */
    void list(int sqid, long commandId, long address, byte[] entries) {
        if (tap.on()) {
            tap.emit(tap.event().asPointerList(sqid, commandId, address, entries), cpu);
        }
    }

    /** An entry changed in the controller's queue though no command is placed there. */
    void entryStored(SqShadow sq, int at, byte[] sqe) {
        if (tap.on()) {
            tap.emit(
                    tap.event()
                            .asCommand(
                                    EventKind.COMMAND_EMITTED, sq.qid, at, sqe, 0, sq.entryBytes())
                            .owned(Owner.MEDIATOR, -1),
                    cpu);
        }
    }

    void seen(int cqid, int at, byte[] cqe, int from, Owner owner, long commandId) {
        if (tap.on()) {
            tap.emit(
                    tap.event()
                            .asCompletion(EventKind.COMPLETION_SEEN, cqid, at, cqe, from)
                            .owned(owner, commandId),
                    cpu);
        }
    }

    void copied(int cqid, int at, byte[] cqe, long commandId) {
        if (tap.on()) {
            tap.emit(
                    tap.event()
                            .asCompletion(EventKind.COMPLETION_COPIED, cqid, at, cqe, 0)
                            .owned(Owner.GUEST, commandId),
                    cpu);
        }
    }

    /** One store; the last argument is commandId << 3 | its index in the CQE's program order. */
    void stored(int cqid, int slot, int offset, int count, long value, long indexAndCommand) {
        if (tap.on()) {
            CapturedEvent e =
                    tap.event()
                            .asStore(cqid, slot, offset, count, value, (int) indexAndCommand & 7);
            e.commandId = indexAndCommand >> 3;
            tap.emit(e, cpu);
        }
    }

    void fence(int cqid) {
        if (tap.on()) {
            tap.emit(tap.event().asFence(cqid), cpu);
        }
    }

    void interrupt(EventKind kind, Side side, int vector, InterruptKind how, String reason) {
        if (tap.on()) {
            tap.emit(tap.event().asInterrupt(kind, side, vector, how, reason), cpu);
        }
    }

    /** The INTx line fell. */
    void lineLowered(Side side) {
        if (tap.on()) {
            tap.emit(tap.event().asLineLowered(side), cpu);
        }
    }

    void vector(EventKind kind, Side side, int vector) {
        if (tap.on()) {
            tap.emit(tap.event().asVector(kind, side, vector), cpu);
        }
    }

    void reset(Side side, ResetKind kind, Edge edge) {
        if (tap.on()) {
            tap.emit(tap.event().asReset(side, kind, edge), cpu);
        }
    }

    /** The memory of a device side queue was given back. */
    void memoryReleased(boolean completion, int qid) {
        if (tap.on()) {
            tap.emit(tap.event().asMemoryReleased(completion, qid), cpu);
        }
    }

    void takeOver(TakeOverStep step, String driver) {
        if (tap.on()) {
            tap.emit(tap.event().asTakeOver(step, driver), cpu);
        }
    }

    void request(RequestStep step, int sqid, Owner owner, long commandId) {
        if (tap.on()) {
            tap.emit(tap.event().asRequest(step, sqid, owner, commandId), cpu);
        }
    }

    void lock(EventKind kind, int lock) {
        if (tap.on()) {
            tap.emit(tap.event().asLock(kind, lock), cpu);
        }
    }

    void decision(Side side, DecisionKind kind, String what, int qid, int cid, String reason) {
        if (tap.on()) {
            tap.emit(tap.event().asDecision(side, kind, what, qid, cid, reason), cpu);
        }
    }

    /** Data as the guest gets it, where that is not what the controller sent. */
    void filtered(Slot slot, byte[] content) {
        if (tap.on()) {
            CapturedEvent e =
                    tap.event()
                            .asPayload(
                                    Side.GUEST,
                                    Transfer.FROM_DEVICE,
                                    slot.sq.qid,
                                    slot.guestCid,
                                    content.length,
                                    content);
            e.commandId = slot.commandId;
            tap.emit(e, cpu);
        }
    }

    void payload(Transfer way, Slot slot, byte[] content, byte[] digest, long total) {
        if (tap.on()) {
            CapturedEvent e =
                    tap.event()
                            .asPayload(
                                    Side.DEVICE, way, slot.sq.qid, slot.deviceCid, total, content);
            e.digest = digest;
            e.commandId = slot.commandId;
            tap.emit(e, cpu);
        }
    }
}
