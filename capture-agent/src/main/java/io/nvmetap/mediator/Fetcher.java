package io.nvmetap.mediator;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;

/** Takes commands from the guest's submission queues, one by one and in order. */
final class Fetcher {
    private final MediatorState state;
    private final Submitter submitter;
    private final Turns turns;
    private final AdminFilter admin;
    private final CopyBack copyBack;
    private final byte[] sqe = new byte[Sqe.SIZE_LONG];

    Fetcher(
            MediatorState state,
            Submitter submitter,
            Turns turns,
            AdminFilter admin,
            CopyBack copyBack) {
        this.state = state;
        this.submitter = submitter;
        this.turns = turns;
        this.admin = admin;
        this.copyBack = copyBack;
    }

    /** Fetches and emits what the guest's tail covers, as far as turns and room allow. */
    void pump(SqShadow sq) {
        // Bound: the ring's entries, though the guest may ring again while this runs.
        for (int i = 0; i < sq.guestEntries && sq.waiting() && state.open(); i++) {
            if (!turns.guestMayFetch(sq.cq)) {
                hold(sq, SqShadow.Hold.PAUSED, "own commands take their turn");
                break;
            }
            if (!submitter.hasRoom(sq)) {
                hold(sq, SqShadow.Hold.DEFERRED, "no free command slot on the device side");
                break;
            }
            resume(sq);
            fetch(sq);
        }
        submitter.ring(sq);
        if (!sq.cq.toCopy.isEmpty()) {
            copyBack.drain(sq.cq);
        }
    }

    /** All queues that post to {@code cq}, or all there are where they share identifiers. */
    void pumpAll(CqShadow cq) {
        for (int i = 0; i < state.queues.allSqs.size(); i++) {
            SqShadow sq = state.queues.allSqs.get(i);
            if (sq.waiting() && (sq.cq == cq || state.queues.sharedSlots != null)) {
                pump(sq);
            }
        }
    }

    private void hold(SqShadow sq, SqShadow.Hold why, String reason) {
        if (sq.hold != why) {
            sq.hold = why;
            DecisionKind kind =
                    why == SqShadow.Hold.PAUSED ? DecisionKind.PAUSED : DecisionKind.DEFERRED;
            state.decide(Side.GUEST, kind, "guest commands", sq.qid, -1, reason);
        }
    }

    private void resume(SqShadow sq) {
        if (sq.hold != SqShadow.Hold.NONE) {
            sq.hold = SqShadow.Hold.NONE;
            state.decide(Side.GUEST, DecisionKind.RESUMED, "guest commands", sq.qid, -1, "");
        }
    }

    private void fetch(SqShadow sq) {
        int at = sq.guestHead;
        try {
            // Copied once and only then looked at: the guest may change its memory meanwhile.
            int bytes = sq.guestEntryBytes();
            Arrays.fill(sqe, bytes, sqe.length, (byte) 0);
            state.guest.read(sq.guestBase + (long) at * bytes, sqe, 0, bytes);
        } catch (MemoryFault missing) {
            sq.broken = true;
            state.decide(Side.GUEST, DecisionKind.REJECTED, "SQ", sq.qid, -1, missing.getMessage());
            state.phase = MediatorState.Phase.FATAL;
            return;
        }
        sq.guestHead = (at + 1) % sq.guestEntries;
        long commandId = state.nextCommandId();
        Pages pages = state.fetchedPages;
        pages.measure(sq.qid == 0, sqe, 0, commandId, state.blockBytes(Sqe.nsid(sqe, 0)));
        if (state.tap.on()) {
            pages.walk(sqe, 0, state.pageSize());
        }
        state.tap.command(EventKind.COMMAND_FETCHED, sq, at, sqe, Owner.GUEST, pages);
        // fault: command-stall. Fetched and forgotten.
        if (state.faults.strikes(MediatorFault.COMMAND_STALL)) {
            return;
        }
        serve(sq, commandId);
    }

    private void serve(SqShadow sq, long commandId) {
        int answer = foreign(sqe) ? AdminFilter.ANSWER_FOREIGN : AdminFilter.PASS;
        if (answer == AdminFilter.PASS && sq.qid == 0) {
            answer = admin.judge(sqe);
        }
        if (answer != AdminFilter.PASS) {
            copyBack.answer(sq, sqe, commandId, answer);
            return;
        }
        Slot slot = sq.slots.take(sq, commandId);
        System.arraycopy(sqe, 0, slot.sqe, 0, Sqe.SIZE);
        slot.guestCid = Sqe.cid(sqe, 0);
        if (sq.qid == 0) {
            answer = admin.prepare(slot, sqe);
            if (answer != AdminFilter.PASS) {
                sq.slots.release(slot);
                copyBack.answer(sq, sqe, commandId, answer);
                return;
            }
        }
        submitter.emit(slot, sqe);
    }

    /** Whether a data pointer reaches into the mediator's own pages. */
    private boolean foreign(byte[] entry) {
        return state.pages.covers(Sqe.prp1(entry, 0)) || state.pages.covers(Sqe.prp2(entry, 0));
    }
}
