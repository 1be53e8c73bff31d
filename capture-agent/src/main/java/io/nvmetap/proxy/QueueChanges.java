package io.nvmetap.proxy;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;

/** What admin commands that succeeded change about queues. */
final class QueueChanges {
    private final QueueTable queues;
    private final ShadowCells shadows;
    private final ProxyTap tap;

    QueueChanges(QueueTable queues, ShadowCells shadows, ProxyTap tap) {
        this.queues = queues;
        this.shadows = shadows;
        this.tap = tap;
    }

    /**
     * An admin command succeeded.
     *
     * @param cc entry sizes of queues that are made now
     */
    void succeeded(InFlight command, int cc) {
        byte[] entry = command.sqe();
        int qid = AdminSqe.qid(entry, 0);
        switch (command.opcode()) {
            case Opcodes.ADMIN_CREATE_CQ -> created(command, true, cc);
            case Opcodes.ADMIN_CREATE_SQ -> created(command, false, cc);
            case Opcodes.ADMIN_DELETE_CQ -> queues.removeCq(qid);
            case Opcodes.ADMIN_DELETE_SQ -> queues.removeSq(qid);
            case Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG ->
                    shadows.configured(Sqe.prp1(entry, 0), Sqe.prp2(entry, 0), queues);
            default -> {
                // Changes no queue.
            }
        }
    }

    private void created(InFlight command, boolean completion, int cc) {
        byte[] entry = command.sqe();
        int qid = AdminSqe.qid(entry, 0);
        int entries = AdminSqe.qsize0(entry, 0) + 1;
        if (!AdminSqe.pc(entry, 0)) {
            tap.remark("queue " + qid + " is not contiguous in memory: it is not recorded");
            tap.stateUnknown();
            return;
        }
        long address = Sqe.prp1(entry, 0);
        if (completion) {
            ObservedCq cq = new ObservedCq(qid, address, entries, Registers.ccIocqes(cc));
            cq.shadowHead = command.shadowCell();
            queues.add(cq);
        } else {
            int cqid = AdminSqe.cqid(entry, 0);
            ObservedSq sq = new ObservedSq(qid, cqid, address, entries, Registers.ccIosqes(cc));
            sq.shadowTail = command.shadowCell();
            queues.add(sq);
        }
    }
}
