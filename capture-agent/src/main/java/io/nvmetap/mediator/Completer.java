package io.nvmetap.mediator;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;

/** Takes completions from the controller's queues and gives each to whom it belongs. */
final class Completer {
    private final MediatorState state;
    private final DevicePort port;
    private final CopyBack copyBack;
    private final AdminFilter admin;
    private final PayloadTap payload;
    private OwnRequests own;
    private GuestDoorbells doorbells;
    private Fetcher fetcher;
    private Lifecycle lifecycle;
    private Interceptor interceptor;
    private final byte[] entry = new byte[Cqe.SIZE];
    private boolean scanning;
    private boolean again;

    Completer(
            MediatorState state,
            DevicePort port,
            CopyBack copyBack,
            AdminFilter admin,
            PayloadTap payload) {
        this.state = state;
        this.port = port;
        this.copyBack = copyBack;
        this.admin = admin;
        this.payload = payload;
    }

    void wire(
            OwnRequests newOwn,
            GuestDoorbells newDoorbells,
            Fetcher newFetcher,
            Lifecycle newLifecycle,
            Interceptor newInterceptor) {
        own = newOwn;
        doorbells = newDoorbells;
        fetcher = newFetcher;
        lifecycle = newLifecycle;
        interceptor = newInterceptor;
    }

    /** Looks at every queue. */
    int scanAll() {
        int found = 0;
        for (int i = 0; i < state.queues.allCqs.size(); i++) {
            found += scan(state.queues.allCqs.get(i));
        }
        return found;
    }

    /** Takes what the controller posted on one queue; returns how many. */
    int scan(CqShadow cq) {
        if (!state.open() || !cq.fresh()) {
            return 0;
        }
        if (scanning) {
            // The guest's interrupt handler runs inside ours: come back when this is done.
            if (!again) {
                again = true;
                state.timeline.after(0, this::scanAgain);
            }
            return 0;
        }
        int epoch = state.epoch;
        scanning = true;
        state.handling++;
        int taken = 0;
        // Bound: one lap. A controller that posts more without an acknowledgement is broken.
        while (taken < cq.entries && epoch == state.epoch && state.open() && cq.fresh()) {
            // The phase was read; the rest may only be read after it.
            state.memory.loadFence();
            consume(cq);
            taken++;
        }
        lookAhead(cq);
        acknowledge(cq);
        copyBack.drain(cq);
        scanning = false;
        if (epoch == state.epoch) {
            state.handling--;
            settle(cq);
        }
        return taken;
    }

    private void scanAgain() {
        again = false;
        scanAll();
    }

    private void acknowledge(CqShadow cq) {
        // fault: apple-unacked-cqe-stall. The head waits for the guest's doorbell.
        boolean leave = state.has(MediatorFault.APPLE_UNACKED_CQE_STALL);
        if (!leave && cq.advanceAcked()) {
            port.ringHead(cq);
        }
    }

    /** What completions make possible: parked doorbells, held commands, the other side's turn. */
    void settle(CqShadow cq) {
        if (state.handling > 0) {
            return;
        }
        int epoch = state.epoch;
        doorbells.runParked();
        own.finishAll();
        if (epoch == state.epoch) {
            interceptor.proceed();
            fetcher.pumpAll(cq);
            own.serve(cq);
            lifecycle.progress();
        }
    }

    private void consume(CqShadow cq) {
        int position = cq.takePosition();
        cq.ring.data.get(position * Cqe.SIZE, entry);
        // fault: host-cqe-read-without-acquire. All but status and phase are of the look before.
        if (position == cq.earlyAt
                && cq.lapped
                && state.faults.strikes(MediatorFault.HOST_CQE_READ_WITHOUT_ACQUIRE)) {
            System.arraycopy(cq.early, 0, entry, 0, Cqe.STATUS_OFFSET);
        }
        cq.lastSqid = Cqe.sqid(entry, 0);
        SqShadow sq = state.queues.sq(cq.lastSqid);
        Slot slot = sq == null || sq.cq != cq ? null : sq.slots.find(deviceCid(), sq);
        if (slot == null || slot.devicePosition >= 0) {
            unknown(cq, position);
            return;
        }
        boolean mine = slot.own != null;
        Owner owner = mine ? Owner.MEDIATOR : Owner.GUEST;
        state.tap.seen(cq.qid, position, entry, 0, owner, slot.commandId);
        int sqhd = Cqe.sqhd(entry, 0);
        if (sqhd < sq.entries) {
            sq.head = sqhd;
        }
        // fault: sq-slot-scrubbed-on-completion. By now a newer command may be in the entry.
        if (state.faults.strikes(MediatorFault.SQ_SLOT_SCRUBBED_ON_COMPLETION)) {
            scrub(sq, slot.entry);
        }
        System.arraycopy(entry, 0, slot.cqe, 0, Cqe.SIZE);
        slot.devicePosition = position;
        if (slot.event) {
            cq.guestOut--;
            cq.eventsOut--;
        } else {
            cq.pending--;
        }
        payload.received(slot);
        if (mine) {
            cq.ackable[position] = true;
            own.completed(slot);
        } else {
            guest(cq, slot, position);
        }
    }

    /** fault: host-cqe-read-without-acquire. Reads the slot that the controller fills next. */
    private void lookAhead(CqShadow cq) {
        if (state.has(MediatorFault.HOST_CQE_READ_WITHOUT_ACQUIRE)) {
            cq.early = new byte[Cqe.SIZE];
            cq.earlyAt = cq.fresh() ? -1 : cq.head;
            cq.ring.data.get(cq.head * Cqe.SIZE, cq.early);
        }
    }

    private int deviceCid() {
        // fault: t2-cid-generation-bits.
        boolean kept = state.has(MediatorFault.T2_CID_GENERATION_BITS);
        return Cqe.cid(entry, 0) & (kept ? ~Submitter.GENERATION : -1);
    }

    /** A Flush or Get Features harms nobody who fetches it. */
    private void scrub(SqShadow sq, int at) {
        byte[] sqe = new byte[sq.entryBytes()];
        sq.ring.data.get(at * sqe.length, sqe);
        Sqe.putOpcode(sqe, 0, sq.qid == 0 ? Opcodes.ADMIN_GET_FEATURES : Opcodes.IO_FLUSH);
        sq.ring.data.put(at * sqe.length, sqe);
        state.tap.entryStored(sq, at, sqe);
    }

    private void guest(CqShadow cq, Slot slot, int position) {
        cq.counted[position] = !slot.event;
        // fault: apple-unacked-cqe-stall.
        boolean leave = state.has(MediatorFault.APPLE_UNACKED_CQE_STALL);
        if (state.profile.ackAtOnce() && !leave) {
            cq.ackable[position] = true;
        }
        if (slot.sq.qid == 0) {
            admin.finish(slot);
        } else if (state.faults.strikes(MediatorFault.DELETE_RACES_COMPLETION)) {
            copyBack.handOver(cq, slot);
            return;
        }
        if (slot.answered) {
            // fault: state-changed-before-controller-agreed. The guest has its answer long since.
            cq.ackable[position] = true;
            slot.sq.slots.release(slot);
            return;
        }
        state.pages.free(slot.list);
        slot.list = null;
        cq.toCopy.add(slot);
    }

    /** A completion of nothing: acknowledged, so that the queue moves on, and told. */
    private void unknown(CqShadow cq, int position) {
        state.tap.seen(cq.qid, position, entry, 0, Owner.UNKNOWN, -1);
        cq.ackable[position] = true;
        state.decide(
                Side.DEVICE,
                DecisionKind.IGNORED,
                "completion",
                cq.qid,
                Cqe.cid(entry, 0),
                "no command in flight has this identifier");
    }
}
