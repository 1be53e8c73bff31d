package io.nvmetap.mediator;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Commands of the mediator's own: buffers, turns, deadlines, and telling how they ended. */
final class OwnRequests {
    /** Own commands waiting and under way together. */
    static final int ACTIVE_MAX = 256;

    /** Data of one own command: what one page of PRP list describes. */
    static final int DATA_BYTES_MAX = 2 << 20;

    /** Own commands in one turn. */
    private static final int TURN_MAX = 32;

    private final MediatorState state;
    private final Submitter submitter;
    private final Turns turns;
    private final List<OwnRequest> active = new ArrayList<>();
    private final List<OwnRequest> overdue = new ArrayList<>();
    private final ArrayDeque<Ended> ended = new ArrayDeque<>();
    private Poller poller;
    private OwnPages.Block sharedBuffer;

    private record Ended(OwnRequest request, int status, int dw0) {}

    OwnRequests(MediatorState state, Submitter submitter, Turns turns) {
        this.state = state;
        this.submitter = submitter;
        this.turns = turns;
    }

    void wire(Poller newPoller) {
        poller = newPoller;
    }

    /** See {@link Mediator#submitOwn}. */
    boolean submit(int sqid, byte[] sqe, int dataBytes, OwnCompletion done) {
        SqShadow sq = state.queues.sq(sqid);
        boolean fits = dataBytes >= 0 && dataBytes <= DATA_BYTES_MAX && sqe.length == Sqe.SIZE;
        if (!state.open() || sq == null || !fits || active.size() >= ACTIVE_MAX) {
            return false;
        }
        byte[] entry = new byte[Sqe.SIZE_LONG];
        System.arraycopy(sqe, 0, entry, 0, Sqe.SIZE);
        long deadlineNs = state.config.ownDeadlineNs();
        OwnRequest request = new OwnRequest(entry, dataBytes, done, deadlineNs);
        request.sq = sq;
        if (!giveBuffer(request)) {
            return false;
        }
        active.add(request);
        request.commandId = state.nextCommandId();
        tell(RequestStep.QUEUED, request);
        if (sq.cq.ownWaiting.isEmpty()) {
            turns.startGuestTurn(sq.cq);
        }
        sq.cq.ownWaiting.add(request);
        // fault: host-request-waits-for-ever. Nobody looks at the clock.
        if (!state.has(MediatorFault.HOST_REQUEST_WAITS_FOR_EVER)) {
            state.timeline.after(deadlineNs, () -> expire(request));
        }
        serve(sq.cq);
        return true;
    }

    private boolean giveBuffer(OwnRequest request) {
        if (request.dataBytes == 0) {
            return true;
        }
        int page = state.pageSize();
        int dataPages = (request.dataBytes + page - 1) / page;
        boolean list = dataPages > 2;
        // fault: apple-buffer-reuse-stall. One buffer for all small requests.
        boolean share = state.has(MediatorFault.APPLE_BUFFER_REUSE_STALL) && dataPages == 1;
        OwnPages.Block block = share ? sharedBuffer : null;
        if (block == null) {
            block = state.pages.allocate((dataPages + (list ? 1 : 0)) * page, page);
        }
        if (block == null) {
            return false;
        }
        sharedBuffer = share ? block : sharedBuffer;
        request.sharedBuffer = share;
        request.buffer = block;
        Sqe.putPrp1(request.sqe, 0, block.address);
        long second = block.address + page;
        Sqe.putPrp2(request.sqe, 0, dataPages == 2 ? second : 0);
        if (list) {
            int at = dataPages * page;
            for (int i = 1; i < dataPages; i++) {
                block.data.putLong(at + (i - 1) * 8, block.address + (long) i * page);
            }
            Sqe.putPrp2(request.sqe, 0, block.address + at);
        }
        return true;
    }

    /** Issues what waits for this queue, if it is the mediator's turn. */
    void serve(CqShadow cq) {
        if (cq.ownWaiting.isEmpty() || !state.open()) {
            return;
        }
        // fault: side-starvation. The mediator's turn lasts as long as it has commands.
        boolean endless = state.has(MediatorFault.SIDE_STARVATION);
        boolean turnOver = cq.ownOut > 0 && guestWaits(cq) && !endless;
        if (!turns.ownMayIssue(cq) || turnOver) {
            pause(cq);
            return;
        }
        int issued = 0;
        while (!cq.ownWaiting.isEmpty() && cq.ownOut < TURN_MAX) {
            SqShadow sq = cq.ownWaiting.peek().sq;
            if (!submitter.hasRoom(sq)) {
                break;
            }
            if (cq.ownPaused) {
                cq.ownPaused = false;
                state.decide(Side.DEVICE, DecisionKind.RESUMED, "own commands", sq.qid, -1, "");
            }
            issue(cq.ownWaiting.poll());
            issued++;
        }
        if (issued > 0) {
            turns.startGuestTurn(cq);
            for (int i = 0; i < state.queues.allSqs.size(); i++) {
                submitter.ring(state.queues.allSqs.get(i));
            }
            poller.kick();
        }
    }

    private void pause(CqShadow cq) {
        if (!cq.ownPaused) {
            cq.ownPaused = true;
            int sqid = cq.ownWaiting.peek().sq.qid;
            String reason = "commands of the guest are in flight or not acknowledged";
            state.decide(Side.DEVICE, DecisionKind.PAUSED, "own commands", sqid, -1, reason);
        }
    }

    private boolean guestWaits(CqShadow cq) {
        for (int i = 0; i < state.queues.allSqs.size(); i++) {
            SqShadow sq = state.queues.allSqs.get(i);
            if (sq.cq == cq && sq.waiting()) {
                return true;
            }
        }
        return false;
    }

    private void issue(OwnRequest request) {
        Slot slot = request.sq.slots.take(request.sq, request.commandId);
        slot.own = request;
        System.arraycopy(request.sqe, 0, slot.sqe, 0, Sqe.SIZE);
        submitter.emit(slot, request.sqe);
        tell(RequestStep.SUBMITTED, request);
    }

    /** The controller completed one; the caller's callback comes with {@link #finishAll}. */
    void completed(Slot slot) {
        OwnRequest request = slot.own;
        int status = Cqe.status(slot.cqe, 0);
        int dw0 = Cqe.dw0(slot.cqe, 0);
        SqShadow sq = slot.sq;
        sq.slots.release(slot);
        if (request.finished) {
            // Later than its deadline: only the buffer was still waiting.
            freeBuffer(request);
            return;
        }
        sq.cq.ownOut--;
        end(request, status, dw0);
    }

    /** Its queue is gone. */
    void lost(OwnRequest request) {
        if (request.finished) {
            freeBuffer(request);
        } else {
            request.sq.cq.ownOut--;
            end(request, OwnCompletion.NO_ANSWER, 0);
        }
    }

    /** Its queue is gone: what waits for a turn there has none. */
    void cancel(SqShadow sq) {
        sq.cq.ownWaiting.removeIf(
                request -> {
                    if (request.sq != sq) {
                        return false;
                    }
                    end(request, OwnCompletion.NO_ANSWER, 0);
                    return true;
                });
    }

    private void expire(OwnRequest request) {
        if (request.finished) {
            return;
        }
        CqShadow cq = request.sq.cq;
        boolean waited = cq.ownWaiting.remove(request);
        request.finished = true;
        active.remove(request);
        state.decide(
                Side.DEVICE,
                DecisionKind.IGNORED,
                "own command",
                request.sq.qid,
                -1,
                waited ? "deadline passed while waiting" : "deadline passed, no completion");
        if (waited) {
            freeBuffer(request);
        } else {
            // The identifier and the buffer stay taken until the controller answers or is reset.
            overdue.add(request);
            cq.ownOut--;
        }
        request.done.done(OwnCompletion.NO_ANSWER, 0, new byte[0], 0);
        poller.afterTurn(cq);
    }

    private void end(OwnRequest request, int status, int dw0) {
        request.finished = true;
        active.remove(request);
        ended.add(new Ended(request, status, dw0));
    }

    /** Tells those that ended. */
    void finishAll() {
        for (Ended one = ended.poll(); one != null; one = ended.poll()) {
            OwnRequest request = one.request;
            byte[] data = request.buffer == null ? new byte[0] : request.buffer.copy();
            int dataBytes = one.status == OwnCompletion.NO_ANSWER ? 0 : request.dataBytes;
            request.done.done(one.status, one.dw0, data, dataBytes);
            freeBuffer(request);
        }
    }

    private void freeBuffer(OwnRequest request) {
        overdue.remove(request);
        if (!request.sharedBuffer) {
            state.pages.free(request.buffer);
        }
        request.buffer = null;
        tell(RequestStep.FREED, request);
    }

    private void tell(RequestStep step, OwnRequest request) {
        state.tap.request(step, request.sq.qid, Owner.MEDIATOR, request.commandId);
    }

    /** The queues are gone: nobody gets an answer. */
    void failAll() {
        for (OwnRequest request : List.copyOf(active)) {
            end(request, OwnCompletion.NO_ANSWER, 0);
        }
        state.pages.free(sharedBuffer);
        sharedBuffer = null;
        finishAll();
    }

    /** The controller let go of the queues: buffers it never answered for are free. */
    void freeOverdue() {
        List.copyOf(overdue).forEach(this::freeBuffer);
    }
}
