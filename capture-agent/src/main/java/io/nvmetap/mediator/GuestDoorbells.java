package io.nvmetap.mediator;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;

/**
 * The guest's doorbell writes: checked, parked while completions are handled, and served. What was
 * parked is run again by {@link #runParked()}, always.
 */
final class GuestDoorbells {
    /** Stale entries the unchecked-tail fault walks over, at most, in laps of the ring. */
    private static final int STALE_LAPS_MAX = 2;

    /** How long a fault works on a doorbell. */
    private static final long BUSY_NS = 25_000;

    private final MediatorState state;
    private final DevicePort port;
    private final Fetcher fetcher;
    private final CopyBack copyBack;
    private final GuestInterrupts interrupts;
    private final Completer completer;
    private OwnRequests own;
    private Poller poller;
    private DoorbellBuffers buffers;
    private boolean parked;

    GuestDoorbells(
            MediatorState state,
            DevicePort port,
            Fetcher fetcher,
            CopyBack copyBack,
            GuestInterrupts interrupts,
            Completer completer) {
        this.state = state;
        this.port = port;
        this.fetcher = fetcher;
        this.copyBack = copyBack;
        this.interrupts = interrupts;
        this.completer = completer;
    }

    void wire(OwnRequests newOwn, Poller newPoller, DoorbellBuffers newBuffers) {
        own = newOwn;
        poller = newPoller;
        buffers = newBuffers;
    }

    /** A tail doorbell; {@code value} is 16 bits. */
    void tail(int qid, int value) {
        state.tap.doorbell(Side.GUEST, DoorbellKind.SQ_TAIL, qid, value, state.tap.cpu);
        SqShadow sq = state.queues.sq(qid);
        if (!state.open() || sq == null) {
            ignore("SQ tail", qid, state.open() ? "no such queue" : "the controller is not ready");
            return;
        }
        // fault: sq-tail-out-of-range. Nobody checks.
        boolean unchecked = state.has(MediatorFault.SQ_TAIL_OUT_OF_RANGE);
        if (value >= sq.guestEntries && !unchecked) {
            ignore("SQ tail", qid, "beyond the queue's " + sq.guestEntries + " entries");
            return;
        }
        // fault: lost-deferred-doorbell. Parked as if in a handler, and nobody runs it.
        if (state.faults.strikes(MediatorFault.LOST_DEFERRED_DOORBELL)) {
            defer("SQ tail", qid);
            return;
        }
        if (state.handling > 0) {
            sq.parkedTail = value;
            parked = true;
            defer("SQ tail", qid);
            return;
        }
        serveShadowed(sq, value);
    }

    /** A head doorbell; {@code value} is 16 bits. */
    void head(int qid, int value) {
        state.tap.doorbell(Side.GUEST, DoorbellKind.CQ_HEAD, qid, value, state.tap.cpu);
        CqShadow cq = state.queues.cq(qid);
        if (!state.open() || cq == null) {
            ignore("CQ head", qid, state.open() ? "no such queue" : "the controller is not ready");
            return;
        }
        if (state.handling > 0) {
            cq.parkedHead = value;
            parked = true;
            defer("CQ head", qid);
            return;
        }
        serveShadowed(cq, value);
    }

    /** Serves what was parked while completions were handled. */
    void runParked() {
        while (parked && state.open()) {
            parked = false;
            for (int i = 0; i < state.queues.allCqs.size(); i++) {
                CqShadow cq = state.queues.allCqs.get(i);
                if (cq.parkedHead >= 0) {
                    int value = cq.parkedHead;
                    cq.parkedHead = -1;
                    state.decide(Side.GUEST, DecisionKind.RESUMED, "CQ head", cq.qid, -1, "");
                    serveShadowed(cq, value);
                }
            }
            for (int i = 0; i < state.queues.allSqs.size(); i++) {
                SqShadow sq = state.queues.allSqs.get(i);
                if (sq.parkedTail >= 0) {
                    int value = sq.parkedTail;
                    sq.parkedTail = -1;
                    state.decide(Side.GUEST, DecisionKind.RESUMED, "SQ tail", sq.qid, -1, "");
                    serveShadowed(sq, value);
                }
            }
        }
    }

    private void serveTail(SqShadow sq, int value) {
        // fault: irq-suppressed-while-busy.
        if (state.has(MediatorFault.IRQ_SUPPRESSED_WHILE_BUSY) && !sq.cq.busy) {
            hold(sq);
        }
        // The entries may only be read after the tail that covers them.
        state.guest.loadFence();
        if (value >= sq.guestEntries) {
            walkStale(sq, value);
            return;
        }
        sq.guestTail = value;
        fetcher.pump(sq);
        poller.kick();
    }

    /**
     * Serves a tail, and what the guest left in its doorbell buffer, until that stands still: a
     * guest that moved on before it saw the new EventIdx does not ring.
     */
    private void serveShadowed(SqShadow sq, int rung) {
        int value = buffers.look(sq.qid, DoorbellKind.SQ_TAIL, rung, sq.guestEntries);
        for (int looks = 0; looks < DoorbellBuffers.LOOKS_MAX && state.open(); looks++) {
            serveTail(sq, value);
            buffers.consumed(sq.qid, DoorbellKind.SQ_TAIL, value);
            int now = buffers.look(sq.qid, DoorbellKind.SQ_TAIL, value, sq.guestEntries);
            if (now == value) {
                return;
            }
            value = now;
        }
    }

    /** The same for a head. */
    private void serveShadowed(CqShadow cq, int rung) {
        int value = buffers.look(cq.qid, DoorbellKind.CQ_HEAD, rung, cq.guestEntries);
        for (int looks = 0; looks < DoorbellBuffers.LOOKS_MAX && state.open(); looks++) {
            serveHead(cq, value);
            buffers.consumed(cq.qid, DoorbellKind.CQ_HEAD, value);
            int now = buffers.look(cq.qid, DoorbellKind.CQ_HEAD, value, cq.guestEntries);
            if (now == value) {
                return;
            }
            value = now;
        }
    }

    /** Holds the pair for longer than the work takes; nobody looks at its completions after. */
    private void hold(SqShadow sq) {
        sq.cq.busy = true;
        state.tap.lock(EventKind.LOCK_TAKEN, sq.qid);
        int epoch = state.epoch;
        state.timeline.after(
                BUSY_NS,
                () -> {
                    sq.cq.busy = false;
                    if (epoch == state.epoch) {
                        state.tap.cpu = -1;
                        state.tap.lock(EventKind.LOCK_RELEASED, sq.qid);
                    }
                });
    }

    /** fault: sq-tail-out-of-range. Walks on to a tail the ring does not have. */
    private void walkStale(SqShadow sq, int value) {
        int laps = Math.min(value - sq.guestHead, STALE_LAPS_MAX * sq.guestEntries);
        for (int i = 0; i < laps && state.open(); i++) {
            sq.guestTail = (sq.guestHead + 1) % sq.guestEntries;
            fetcher.pump(sq);
        }
        poller.kick();
    }

    private void serveHead(CqShadow cq, int value) {
        int n = cq.guestEntries;
        int steps = Math.floorMod(value - cq.guestHead, n);
        int known = Math.floorMod(cq.accountedTail - cq.guestHead, n);
        if (value >= n || steps > known || steps == 0) {
            String why = value >= n ? "beyond the queue's " + n + " entries" : "beyond the tail";
            ignore("CQ head", cq.qid, steps == 0 && value < n ? "the head it has" : why);
            return;
        }
        for (int i = 0; i < steps; i++) {
            int origin = cq.origin[cq.guestHead];
            if (origin >= 0) {
                cq.ackable[origin] = true;
                cq.origin[cq.guestHead] = -1;
            }
            cq.guestHead = (cq.guestHead + 1) % n;
        }
        if (cq.advanceAcked()) {
            port.ringHead(cq);
        }
        interrupts.acknowledged(cq);
        copyBack.roomMade(cq);
        if (interrupts.deviceLine()) {
            // The line may stay up for another queue, without an edge.
            completer.scanAll();
        } else {
            completer.scan(cq);
        }
        if (state.handling == 0 && state.open()) {
            fetcher.pumpAll(cq);
            own.serve(cq);
        }
        poller.kick();
    }

    private void defer(String what, int qid) {
        String reason = "completions are being handled";
        state.decide(Side.GUEST, DecisionKind.DEFERRED, what, qid, -1, reason);
    }

    private void ignore(String what, int qid, String reason) {
        state.decide(Side.GUEST, DecisionKind.IGNORED, what, qid, -1, reason);
    }
}
