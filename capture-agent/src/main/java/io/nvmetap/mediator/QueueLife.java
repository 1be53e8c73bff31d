package io.nvmetap.mediator;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes and unmakes shadow queues: prepared at the request, real at the controller's success. */
final class QueueLife {
    final QueueMemory memory;
    private final MediatorState state;
    private OwnRequests own;
    private OwnWork work;
    private CopyBack copyBack;

    private Slot presumedFor;

    /** fault: qid-reuse-stale-state. Where the last queue of a number stood. */
    private final Map<Integer, Integer> stale = new HashMap<>();

    private Interceptor interceptor;

    QueueLife(MediatorState state) {
        this.state = state;
        this.memory = new QueueMemory(state);
    }

    void wire(
            OwnRequests newOwn, OwnWork newWork, CopyBack newCopyBack, Interceptor newInterceptor) {
        own = newOwn;
        work = newWork;
        copyBack = newCopyBack;
        interceptor = newInterceptor;
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
        stale.clear();
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
        inherit(slot.newCq);
        Sqe.putPrp1(sqe, 0, ring.address);
        return true;
    }

    /** fault: stale-phase-or-index-after-recreate. The new one begins as the old one ended. */
    private void inherit(CqShadow cq) {
        if (!state.has(MediatorFault.STALE_PHASE_OR_INDEX_AFTER_RECREATE)) {
            return;
        }
        if (state.queues.former == null) {
            state.queues.former = new HashMap<>();
        }
        CqShadow former = state.queues.former.remove(cq.qid);
        if (former == null) {
            return;
        }
        if (state.faults.first()) {
            cq.guestTail = former.guestTail % cq.guestEntries;
            cq.guestPhase = former.guestPhase;
            cq.guestHead = cq.guestTail;
            cq.accountedTail = cq.guestTail;
        } else {
            byte[] rest = new byte[Math.min(former.entries, cq.entries) * Cqe.SIZE];
            former.ring.data.get(0, rest);
            cq.ring.data.put(0, rest);
        }
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
                sq.guestHead = stale.getOrDefault(sq.qid, 0) % sq.guestEntries;
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
        // fault: late-cqe-for-disabled-queue. Something may still come, so it stays.
        if (sq == null || qid == 0 || state.has(MediatorFault.LATE_CQE_FOR_DISABLED_QUEUE)) {
            return;
        }
        // fault: delete-races-completion. Handlers of the queue are not waited for.
        if (!state.has(MediatorFault.DELETE_RACES_COMPLETION)) {
            copyBack.finish(sq);
        }
        end(sq);
    }

    private void end(SqShadow sq) {
        interceptor.drop(sq);
        for (int i = 0; i < sq.slots.capacity(); i++) {
            Slot slot = sq.slots.at(i);
            // One that was completed and waits to be copied keeps its slot until it is.
            if (slot != null && slot.busy && slot.sq == sq && slot.devicePosition < 0) {
                lose(slot);
            }
        }
        own.cancel(sq);
        state.queues.remove(sq);
        if (presumedFor == null) {
            memory.release(sq);
        } else {
            presumedFor.newSq = sq;
        }
        // fault: qid-reuse-stale-state.
        if (state.has(MediatorFault.QID_REUSE_STALE_STATE)) {
            stale.put(sq.qid, sq.guestHead);
        }
    }

    /**
     * fault: state-changed-before-controller-agreed. The queue is gone at the request; its memory
     * stays for the controller, with the command.
     */
    void presumeDeleted(Slot slot) {
        presumedFor = slot;
        if (slot.opcode() == Opcodes.ADMIN_DELETE_SQ) {
            deleteSq(AdminSqe.qid(slot.sqe, 0));
        } else {
            deleteCq(AdminSqe.qid(slot.sqe, 0));
        }
        presumedFor = null;
    }

    /** fault: state-changed-before-controller-agreed. The controller answered at last. */
    void presumed(Slot slot) {
        if (slot.newSq != null) {
            memory.release(slot.newSq);
        }
        if (slot.newCq != null) {
            memory.release(slot.newCq);
        }
        slot.newSq = null;
        slot.newCq = null;
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
        // fault: late-cqe-for-disabled-queue. With the completion queue its others go too.
        if (state.has(MediatorFault.LATE_CQE_FOR_DISABLED_QUEUE)) {
            List.copyOf(state.queues.allSqs).stream().filter(sq -> sq.cq == cq).forEach(this::end);
        }
        copyBack.drop(cq);
        state.queues.remove(cq);
        if (presumedFor == null) {
            memory.release(cq);
        } else {
            presumedFor.newCq = cq;
        }
    }
}
