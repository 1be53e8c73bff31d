package io.nvmetap.mediator;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.Arrays;

/** Takes commands from the guest's submission queues, one by one and in order. */
final class Fetcher {
    private final MediatorState state;
    private final Submitter submitter;
    private final Turns turns;
    private final AdminFilter admin;
    private final CopyBack copyBack;
    private final Interceptor interceptor;
    private final OwnLists lists;
    private final DataWalk.Lists listsRead = this::tell;
    private SqShadow fetching;
    private final byte[] sqe = new byte[Sqe.SIZE_LONG];

    // ---- fault: request-list-cross-link ----

    private int crossings;
    private Slot crossed;
    private final byte[] crossedSqe = new byte[Sqe.SIZE_LONG];

    Fetcher(
            MediatorState state,
            Submitter submitter,
            Turns turns,
            AdminFilter admin,
            CopyBack copyBack,
            Interceptor interceptor) {
        this.state = state;
        this.submitter = submitter;
        this.turns = turns;
        this.admin = admin;
        this.copyBack = copyBack;
        this.interceptor = interceptor;
        this.lists = new OwnLists(state);
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
        uncross();
        lookAhead(sq);
        submitter.ring(sq);
        if (!sq.cq.toCopy.isEmpty()) {
            copyBack.drain(sq.cq);
        }
    }

    /** All queues that post to {@code cq}, or all there are where they share identifiers. */
    void pumpAll(CqShadow cq) {
        for (int i = 0; i < state.queues.allSqs.size(); i++) {
            SqShadow sq = state.queues.allSqs.get(i);
            // fault: over-commit-stall. Only the guest's doorbell makes it fetch again.
            boolean forgotten =
                    sq.hold == SqShadow.Hold.DEFERRED && state.has(MediatorFault.OVER_COMMIT_STALL);
            if (sq.waiting() && !forgotten && (sq.cq == cq || state.queues.sharedSlots != null)) {
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
            // fault: sqe-fetch-without-acquire. What was there before the tail came.
            if (at == sq.earlyAt && state.faults.strikes(MediatorFault.SQE_FETCH_WITHOUT_ACQUIRE)) {
                System.arraycopy(sq.early, 0, sqe, 0, bytes);
            }
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
        fetching = sq;
        if (state.tap.on() || lists.wanted()) {
            pages.walk(
                    Sqe.prp1(sqe, 0),
                    Sqe.prp2(sqe, 0),
                    state.pageSize(),
                    state.tap.on() ? listsRead : null);
        }
        state.tap.command(EventKind.COMMAND_FETCHED, sq, at, sqe, Owner.GUEST, pages);
        // fault: aer-counted-too-early. Not yet out, and counted among those that are.
        boolean event = sq.qid == 0 && Sqe.opcode(sqe, 0) == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
        if (event && state.has(MediatorFault.AER_COUNTED_TOO_EARLY)) {
            sq.cq.eventsOut++;
        }
        // fault: command-stall. Fetched and forgotten.
        if (state.faults.strikes(MediatorFault.COMMAND_STALL)) {
            return;
        }
        serve(sq, commandId);
    }

    /** fault: sqe-fetch-without-acquire. Reads the slot that the guest fills next. */
    private void lookAhead(SqShadow sq) {
        if (state.has(MediatorFault.SQE_FETCH_WITHOUT_ACQUIRE) && !sq.waiting()) {
            byte[] early = new byte[sq.entryBytes()];
            long at = sq.guestBase + (long) sq.guestHead * sq.entryBytes();
            if (state.guest.contains(at, early.length)) {
                state.guest.read(at, early, 0, early.length);
                // Nothing lies there before the first lap.
                sq.earlyAt = isZero(early) ? -1 : sq.guestHead;
                sq.early = early;
            }
        }
    }

    private static boolean isZero(byte[] entry) {
        return Arrays.equals(entry, new byte[entry.length]);
    }

    private void tell(long address, byte[] entries) {
        state.tap.list(fetching.qid, state.fetchedPages.commandId, address, entries);
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
        lists.replace(slot, sqe);
        if (interceptor.takes(slot, sqe)) {
            return;
        }
        if (state.faults.strikes(MediatorFault.REQUEST_LIST_CROSS_LINK)) {
            cross(sq, slot);
            return;
        }
        submitter.emit(slot, sqe);
        // fault: state-changed-before-controller-agreed. The request counts, not the answer.
        if (sq.qid == 0
                && state.has(MediatorFault.STATE_CHANGED_BEFORE_CONTROLLER_AGREED)
                && admin.presume(slot)) {
            slot.answered = true;
            copyBack.answer(sq, slot.sqe, commandId, StatusCode.SUCCESS);
        }
        uncross();
    }

    /** fault: request-list-cross-link. Once a request goes out twice, once after its follower. */
    private void cross(SqShadow sq, Slot slot) {
        boolean two = !sq.ringFull() && (sq.tail + 2) % sq.entries != sq.head;
        boolean twice = crossings % 2 == 0;
        if (sq.qid == 0 || !two || crossed != null || twice && sq.slots.full()) {
            submitter.emit(slot, sqe);
            uncross();
            return;
        }
        crossings++;
        if (!twice) {
            crossed = slot;
            System.arraycopy(sqe, 0, crossedSqe, 0, sqe.length);
            return;
        }
        submitter.emit(slot, sqe);
        Slot again = sq.slots.take(sq, slot.commandId);
        System.arraycopy(sqe, 0, again.sqe, 0, Sqe.SIZE);
        again.guestCid = slot.guestCid;
        submitter.emit(again, sqe);
    }

    /** fault: request-list-cross-link. The one that was left behind. */
    private void uncross() {
        if (crossed != null) {
            submitter.emit(crossed, crossedSqe);
            crossed = null;
        }
    }

    /** Whether a data pointer reaches into the mediator's own pages. */
    private boolean foreign(byte[] entry) {
        return state.pages.covers(Sqe.prp1(entry, 0)) || state.pages.covers(Sqe.prp2(entry, 0));
    }
}
