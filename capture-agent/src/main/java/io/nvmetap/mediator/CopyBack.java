package io.nvmetap.mediator;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayDeque;

/**
 * Copies completions into the guest's queues. A guest polls the phase tag only, so status and phase
 * are stored last, behind a store fence, and the books are right before that store.
 */
final class CopyBack {
    private static final long TORN_GAP_NS = 5_000;
    private static final long ACCOUNTING_LAG_NS = 50_000;
    private static final long HANDLER_NS = 100_000;
    private static final long LOCKED_NS = 150_000;
    private static final int SPARES_MAX = 256;

    private final MediatorState state;
    private final GuestInterrupts interrupts;
    private final ArrayDeque<Slot> spares = new ArrayDeque<>();
    private final byte[] cqe = new byte[Cqe.SIZE];
    private Completer completer;
    private long lockFreeNs;

    CopyBack(MediatorState state, GuestInterrupts interrupts) {
        this.state = state;
        this.interrupts = interrupts;
    }

    void completer(Completer newCompleter) {
        completer = newCompleter;
    }

    /** Queues the mediator's own answer to a guest command. */
    void answer(SqShadow sq, byte[] sqe, long commandId, int answer) {
        Slot slot = spares.isEmpty() ? new Slot(-1) : spares.pop();
        slot.begin(sq, commandId);
        slot.guestCid = Sqe.cid(sqe, 0);
        Cqe.putDw0(slot.cqe, 0, AdminFilter.answerDw0(answer));
        Cqe.putDw1(slot.cqe, 0, 0);
        Cqe.putSqhd(slot.cqe, 0, sq.guestHead);
        Cqe.putSqid(slot.cqe, 0, sq.qid);
        Cqe.putStatusAndPhase(slot.cqe, 0, AdminFilter.answerStatus(answer), 0);
        String reason = AdminFilter.answerReason(answer);
        if (!reason.isEmpty()) {
            state.decide(
                    Side.GUEST,
                    DecisionKind.REJECTED,
                    "command " + Integer.toHexString(Sqe.opcode(sqe, 0)) + "h",
                    sq.qid,
                    slot.guestCid,
                    reason);
        }
        sq.cq.toCopy.add(slot);
    }

    /**
     * fault: delete-races-completion. Another CPU copies it, a little later, and whoever deletes
     * queues does not wait for that CPU.
     */
    void handOver(CqShadow cq, Slot slot) {
        int epoch = state.epoch;
        state.timeline.after(
                HANDLER_NS,
                () -> {
                    if (epoch == state.epoch) {
                        cq.toCopy.add(slot);
                        drainNow(cq);
                        completer.settle(cq);
                    }
                });
    }

    /** Copies what waits and fits, now or after the modelled cost of copying. */
    void drain(CqShadow cq) {
        if (cq.toCopy.isEmpty() || cq.copyScheduled) {
            return;
        }
        long delayNs = state.config.copyDelayNs();
        // fault: mediator-added-latency. One lock for all queues, and slow work under it.
        if (state.has(MediatorFault.MEDIATOR_ADDED_LATENCY)) {
            delayNs += underTheLockNs();
        }
        if (delayNs == 0) {
            drainNow(cq);
            return;
        }
        cq.copyScheduled = true;
        state.handling++;
        int epoch = state.epoch;
        state.timeline.after(
                delayNs,
                () -> {
                    if (epoch == state.epoch) {
                        state.handling--;
                        cq.copyScheduled = false;
                        drainNow(cq);
                        completer.settle(cq);
                    }
                });
    }

    /** A queue is about to go: what was taken for it goes first, as far as there is room. */
    void finish(SqShadow sq) {
        drainNow(sq.cq);
        sq.cq.toCopy.removeIf(slot -> slot.sq == sq && forget(sq.cq, slot));
    }

    /** The queue is gone: nobody looks at what was not copied. */
    void drop(CqShadow cq) {
        cq.toCopy.removeIf(slot -> forget(cq, slot));
    }

    private static boolean forget(CqShadow cq, Slot slot) {
        if (slot.devicePosition >= 0) {
            cq.ackable[slot.devicePosition] = true;
        }
        if (slot.deviceCid >= 0) {
            slot.sq.slots.release(slot);
        } else {
            slot.end();
        }
        return true;
    }

    /** How long from now until a copy that waits for the lock has been made. */
    private long underTheLockNs() {
        long nowNs = state.timeline.nowNs();
        lockFreeNs = Math.max(lockFreeNs, nowNs) + LOCKED_NS;
        return lockFreeNs - nowNs;
    }

    private void drainNow(CqShadow cq) {
        int copied = 0;
        while (!cq.toCopy.isEmpty() && state.open()) {
            // fault: guest-cq-overrun. Nobody asks for room.
            if (!cq.room() && !overruns()) {
                if (!cq.roomDeferred) {
                    cq.roomDeferred = true;
                    String reason = "the guest's completion queue is full";
                    state.decide(
                            Side.GUEST, DecisionKind.DEFERRED, "completions", cq.qid, -1, reason);
                }
                break;
            }
            if (cq.roomDeferred) {
                cq.roomDeferred = false;
                state.decide(Side.GUEST, DecisionKind.RESUMED, "completions", cq.qid, -1, "");
            }
            copy(cq, cq.toCopy.poll());
            copied++;
        }
        if (copied > 0) {
            interrupts.completed(cq);
        }
    }

    private boolean overruns() {
        return state.faults.first() && state.faults.strikes(MediatorFault.GUEST_CQ_OVERRUN);
    }

    /** The guest made room. */
    void roomMade(CqShadow cq) {
        // fault: guest-cq-overrun. Nobody comes back to what was refused.
        boolean forgets =
                cq.roomDeferred
                        && !state.faults.first()
                        && state.faults.strikes(MediatorFault.GUEST_CQ_OVERRUN);
        if (!forgets) {
            drain(cq);
        }
    }

    private void copy(CqShadow cq, Slot slot) {
        SqShadow sq = slot.sq;
        long commandId = slot.commandId;
        int at = cq.guestTail;
        int phase = cq.guestPhase;
        Cqe.putDw0(cqe, 0, Cqe.dw0(slot.cqe, 0));
        Cqe.putDw1(cqe, 0, Cqe.dw1(slot.cqe, 0));
        // The guest's commands up to here were fetched: that is its SQHD.
        Cqe.putSqhd(cqe, 0, sq.guestHead);
        Cqe.putSqid(cqe, 0, sq.qid);
        // fault: cqe-sqid-sqhd-not-translated.
        if (state.has(MediatorFault.CQE_SQID_SQHD_NOT_TRANSLATED)) {
            Cqe.putSqhd(cqe, 0, Cqe.sqhd(slot.cqe, 0));
            Cqe.putSqid(cqe, 0, Cqe.sqid(slot.cqe, 0));
        }
        Cqe.putCid(cqe, 0, slot.guestCid);
        Cqe.putStatusAndPhase(cqe, 0, Cqe.status(slot.cqe, 0), phase);
        account(cq, slot);
        publish(cq, at, cqe, commandId);
        // fault: duplicate-or-late-completion. Once more, into the next slot.
        if (cq.room() && state.faults.strikes(MediatorFault.DUPLICATE_OR_LATE_COMPLETION)) {
            int next = cq.guestTail;
            Cqe.putPhase(cqe, 0, cq.guestPhase);
            cq.takeGuestSlot();
            cq.accountedTail = cq.guestTail;
            publish(cq, next, cqe, commandId);
        }
    }

    /** The books, before the guest can see the entry and acknowledge it. */
    private void account(CqShadow cq, Slot slot) {
        int position = slot.devicePosition;
        boolean later = position < 0 || cq.ackable[position] || !ackOnGuest();
        cq.origin[cq.takeGuestSlot()] = later ? -1 : position;
        // fault: batch-published-before-accounting. The count follows after the store.
        if (state.faults.strikes(MediatorFault.BATCH_PUBLISHED_BEFORE_ACCOUNTING)) {
            int tail = cq.guestTail;
            int epoch = state.epoch;
            state.timeline.after(
                    ACCOUNTING_LAG_NS,
                    () -> {
                        if (epoch == state.epoch && behind(cq, tail)) {
                            cq.accountedTail = tail;
                        }
                    });
        } else {
            cq.accountedTail = cq.guestTail;
        }
        if (slot.deviceCid >= 0) {
            slot.sq.slots.release(slot);
        } else {
            slot.end();
            if (spares.size() < SPARES_MAX) {
                spares.push(slot);
            }
        }
    }

    private boolean ackOnGuest() {
        // fault: apple-unacked-cqe-stall. Leaves it to the guest whatever the controller needs.
        return !state.profile.ackAtOnce() || state.has(MediatorFault.APPLE_UNACKED_CQE_STALL);
    }

    /** Whether {@code tail} is ahead of the books. */
    private static boolean behind(CqShadow cq, int tail) {
        int n = cq.guestEntries;
        int known = Math.floorMod(cq.accountedTail - cq.guestHead, n);
        return Math.floorMod(tail - cq.guestHead, n) > known;
    }

    private void publish(CqShadow cq, int at, byte[] entry, long commandId) {
        try {
            // fault: torn-cqe-copyback. Phase first, the rest when it comes.
            if (state.faults.strikes(MediatorFault.TORN_CQE_COPYBACK)) {
                byte[] kept = entry.clone();
                storeStatus(cq, at, kept, commandId, 0);
                int epoch = state.epoch;
                state.timeline.after(
                        TORN_GAP_NS,
                        () -> {
                            if (epoch == state.epoch) {
                                finishTorn(cq, at, kept, commandId);
                            }
                        });
                return;
            }
            storeFields(cq, at, entry, commandId, 0);
            state.guest.storeFence();
            state.tap.fence(cq.qid);
            storeStatus(cq, at, entry, commandId, 3);
            state.tap.copied(cq.qid, at, entry, commandId);
        } catch (MemoryFault missing) {
            state.decide(Side.GUEST, DecisionKind.IGNORED, "CQ", cq.qid, -1, missing.getMessage());
        }
    }

    private void finishTorn(CqShadow cq, int at, byte[] entry, long commandId) {
        try {
            storeFields(cq, at, entry, commandId, 1);
            state.tap.copied(cq.qid, at, entry, commandId);
        } catch (MemoryFault missing) {
            state.decide(Side.GUEST, DecisionKind.IGNORED, "CQ", cq.qid, -1, missing.getMessage());
        }
    }

    /** Everything but status and phase, in three stores. */
    private void storeFields(CqShadow cq, int at, byte[] entry, long commandId, int index) {
        long address = cq.guestBase + (long) at * Cqe.SIZE;
        long low = LittleEndian.i64(entry, Cqe.DW0_OFFSET);
        state.guest.writeLong(address, low);
        state.tap.stored(cq.qid, at, Cqe.DW0_OFFSET, 8, low, commandId << 3 | index);
        int queue = LittleEndian.i32(entry, Cqe.SQHD_OFFSET);
        state.guest.writeInt(address + Cqe.SQHD_OFFSET, queue);
        state.tap.stored(
                cq.qid, at, Cqe.SQHD_OFFSET, 4, queue & 0xFFFF_FFFFL, commandId << 3 | index + 1);
        state.guest.write(address + Cqe.CID_OFFSET, entry, Cqe.CID_OFFSET, 2);
        state.tap.stored(
                cq.qid, at, Cqe.CID_OFFSET, 2, Cqe.cid(entry, 0), commandId << 3 | index + 2);
    }

    private void storeStatus(CqShadow cq, int at, byte[] entry, long commandId, int index) {
        long address = cq.guestBase + (long) at * Cqe.SIZE + Cqe.STATUS_OFFSET;
        state.guest.write(address, entry, Cqe.STATUS_OFFSET, 2);
        long value = LittleEndian.u16(entry, Cqe.STATUS_OFFSET);
        state.tap.stored(cq.qid, at, Cqe.STATUS_OFFSET, 2, value, commandId << 3 | index);
    }
}
