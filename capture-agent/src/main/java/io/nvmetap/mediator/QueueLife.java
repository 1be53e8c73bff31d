package io.nvmetap.mediator;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;

/** Makes and unmakes shadow queues: prepared at the request, real at the controller's success. */
final class QueueLife {
    private final MediatorState state;
    private OwnRequests own;
    private OwnWork work;

    QueueLife(MediatorState state) {
        this.state = state;
    }

    void wire(OwnRequests newOwn, OwnWork newWork) {
        own = newOwn;
        work = newWork;
    }

    /** The admin queues of an enable; false if there is no memory. */
    boolean createAdmin(int aqa, long asq, long acq) {
        int guestSq = Registers.aqaAsqs(aqa) + 1;
        int guestCq = Registers.aqaAcqs(aqa) + 1;
        int sqEntries = Math.max(guestSq, state.config.adminEntries());
        int cqEntries = Math.max(guestCq, state.config.adminEntries());
        OwnPages.Block cqRing = allocate(cqEntries * Cqe.SIZE);
        OwnPages.Block sqRing = allocate(sqEntries * Sqe.SIZE);
        if (cqRing == null || sqRing == null || guestSq < 2 || guestCq < 2) {
            state.pages.free(cqRing);
            state.pages.free(sqRing);
            return false;
        }
        // fault: ans2-cid-rules. Each queue counts its identifiers by itself.
        if (state.profile.sharedTags() && !state.has(MediatorFault.ANS2_CID_RULES)) {
            state.queues.sharedSlots = table(state.profile.tagMax() + 1);
        }
        CqShadow cq = new CqShadow(0, new CqShadow.Shape(acq, guestCq, cqEntries, 0, true), cqRing);
        state.queues.add(cq);
        SlotTable slots = slots(sqEntries);
        state.queues.add(new SqShadow(0, cq, asq, guestSq, Sqe.SIZE, sqEntries, sqRing, slots));
        return true;
    }

    private SlotTable slots(int entries) {
        SlotTable shared = state.queues.sharedSlots;
        return shared != null ? shared : table(Math.min(entries, state.profile.tagMax() + 1));
    }

    private SlotTable table(int capacity) {
        return new SlotTable(capacity, state.has(MediatorFault.ANS2_TAG_REUSED_TOO_SOON));
    }

    private OwnPages.Block allocate(int bytes) {
        return state.pages.allocate(bytes, Math.max(OwnPages.PAGE, state.pageSize()));
    }

    /** Create I/O CQ going out: PRP1 becomes the mediator's ring. */
    boolean prepareCq(Slot slot, byte[] sqe) {
        int entries = AdminSqe.qsize0(sqe, 0) + 1;
        OwnPages.Block ring = allocate(entries * Cqe.SIZE);
        if (ring == null) {
            return false;
        }
        CqShadow.Shape shape =
                new CqShadow.Shape(
                        Sqe.prp1(sqe, 0),
                        entries,
                        entries,
                        AdminSqe.iv(sqe, 0),
                        AdminSqe.ien(sqe, 0));
        slot.newCq = new CqShadow(AdminSqe.qid(sqe, 0), shape, ring);
        Sqe.putPrp1(sqe, 0, ring.address);
        return true;
    }

    /**
     * Create I/O SQ going out; one for an absent CQ goes out too and is the controller's to refuse.
     */
    boolean prepareSq(Slot slot, byte[] sqe) {
        int entries = AdminSqe.qsize0(sqe, 0) + 1;
        int stride = stride();
        OwnPages.Block ring = allocate(entries * stride);
        if (ring == null) {
            return false;
        }
        CqShadow cq = state.queues.cq(AdminSqe.cqid(sqe, 0));
        if (cq != null) {
            slot.newSq =
                    new SqShadow(
                            AdminSqe.qid(sqe, 0),
                            cq,
                            Sqe.prp1(sqe, 0),
                            entries,
                            stride,
                            entries,
                            ring,
                            slots(entries));
            // fault: ans2-sqe-128. Takes CC at its word.
            if (state.has(MediatorFault.ANS2_SQE_128)) {
                slot.newSq.guestStride = ccStride();
            }
        } else {
            slot.bounce = ring;
        }
        Sqe.putPrp1(sqe, 0, ring.address);
        return true;
    }

    /** Bytes of an I/O submission entry: the family's, or CC.IOSQES where that is 64 or 128. */
    private int stride() {
        if (state.profile.ioSqeBytes() != 0) {
            return state.profile.ioSqeBytes();
        }
        return ccStride();
    }

    private int ccStride() {
        return Registers.ccIosqes(state.guestCc) == 7 ? Sqe.SIZE_LONG : Sqe.SIZE;
    }

    /** The controller answered a Create command. */
    void created(Slot slot, boolean good) {
        CqShadow cq = slot.newCq;
        SqShadow sq = slot.newSq;
        slot.newCq = null;
        slot.newSq = null;
        if (cq != null) {
            if (good && state.queues.cq(cq.qid) == null) {
                state.queues.add(cq);
            } else {
                state.pages.free(cq.ring);
            }
        }
        if (sq != null) {
            boolean cqThere = state.queues.cq(sq.cq.qid) == sq.cq;
            if (good && cqThere && state.queues.sq(sq.qid) == null) {
                state.queues.add(sq);
                work.queueCreated();
            } else {
                state.pages.free(sq.ring);
            }
        }
        state.pages.free(slot.bounce);
        slot.bounce = null;
    }

    /** Delete I/O SQ succeeded: what was in flight on it will not come back. */
    void deleteSq(int qid) {
        SqShadow sq = state.queues.sq(qid);
        if (sq == null || qid == 0) {
            return;
        }
        for (int i = 0; i < sq.slots.capacity(); i++) {
            Slot slot = sq.slots.at(i);
            // One that was completed and waits to be copied keeps its slot until it is.
            if (slot != null && slot.busy && slot.sq == sq && slot.devicePosition < 0) {
                lose(slot);
            }
        }
        state.queues.remove(sq);
        state.pages.free(sq.ring);
    }

    private void lose(Slot slot) {
        CqShadow cq = slot.sq.cq;
        cq.pending--;
        if (slot.own != null) {
            own.lost(slot.own);
        } else {
            cq.guestOut--;
        }
        slot.sq.slots.release(slot);
    }

    /** Delete I/O CQ succeeded. */
    void deleteCq(int qid) {
        CqShadow cq = state.queues.cq(qid);
        if (cq == null || qid == 0) {
            return;
        }
        state.queues.remove(cq);
        state.pages.free(cq.ring);
    }
}
