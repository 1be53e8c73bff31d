package io.nvmetap.mediator;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;

/**
 * The memory of the controller's queues: its own until it let go of them. A controller whose RDY
 * may not be polled does not show that at once; what it may still use is kept meanwhile.
 */
final class QueueMemory {
    private final MediatorState state;
    private final List<SqShadow> retiredSqs = new ArrayList<>();
    private final List<CqShadow> retiredCqs = new ArrayList<>();

    QueueMemory(MediatorState state) {
        this.state = state;
    }

    void release(SqShadow sq) {
        if (!sq.released) {
            sq.released = true;
            state.pages.free(sq.ring);
            state.tap.memoryReleased(false, sq.qid);
        }
    }

    void release(CqShadow cq) {
        if (!cq.released) {
            cq.released = true;
            state.pages.free(cq.ring);
            state.tap.memoryReleased(true, cq.qid);
        }
    }

    /** A Delete goes out. */
    void deleting(byte[] sqe) {
        int qid = AdminSqe.qid(sqe, 0);
        // fault: queue-memory-freed-while-owned. The controller has not agreed yet.
        if (qid == 0 || !state.has(MediatorFault.QUEUE_MEMORY_FREED_WHILE_OWNED)) {
            return;
        }
        SqShadow sq = state.queues.sq(qid);
        CqShadow cq = state.queues.cq(qid);
        if (Sqe.opcode(sqe, 0) == Opcodes.ADMIN_DELETE_SQ && sq != null) {
            release(sq);
        } else if (Sqe.opcode(sqe, 0) == Opcodes.ADMIN_DELETE_CQ && cq != null) {
            release(cq);
        }
    }

    /** CC.EN was cleared; the controller may go on until RDY reads 0. */
    void disabling() {
        // fault: queue-memory-freed-while-owned.
        if (state.has(MediatorFault.QUEUE_MEMORY_FREED_WHILE_OWNED)) {
            releaseAll();
        }
    }

    /**
     * All queues are gone.
     *
     * @param letGo the controller is known to have let go of them
     * @param forget takes the queues out and gives back what their commands hold
     */
    void end(boolean letGo, Runnable forget) {
        if (letGo) {
            letGo();
            releaseAll();
        } else {
            retiredSqs.addAll(state.queues.allSqs);
            retiredCqs.addAll(state.queues.allCqs);
        }
        state.pages.keep(!letGo);
        forget.run();
        state.pages.keep(false);
    }

    /** RDY reads 0: the controller let go of all it had. */
    void letGo() {
        retiredSqs.forEach(this::release);
        retiredCqs.forEach(this::release);
        ready();
    }

    /** CC.EN=1 goes out: from now on the numbers of kept queues mean others. */
    void enabled() {
        state.pages.keep(true);
        retiredSqs.forEach(sq -> state.pages.free(sq.ring));
        retiredCqs.forEach(cq -> state.pages.free(cq.ring));
        state.pages.keep(false);
        retiredSqs.clear();
        retiredCqs.clear();
    }

    /** RDY reads 1 after an enable: what was kept from before it is nobody's. */
    void ready() {
        retiredSqs.clear();
        retiredCqs.clear();
        state.pages.freeKept();
    }

    private void releaseAll() {
        state.queues.allSqs.forEach(this::release);
        state.queues.allCqs.forEach(this::release);
    }
}
