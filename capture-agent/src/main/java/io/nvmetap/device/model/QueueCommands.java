package io.nvmetap.device.model;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/**
 * Create and Delete I/O Queue, Abort, Doorbell Buffer Config (NVMe Base 2.0c 5.1, 5.4-5.7, 5.11).
 */
final class QueueCommands {
    /** ACL, 0's based: four Abort commands may be outstanding. */
    static final int ABORT_LIMIT0 = 3;

    private final ModelState state;
    private final QueueTable queues;
    private final FeatureStore features;

    QueueCommands(ModelState state, QueueTable queues, FeatureStore features) {
        this.state = state;
        this.queues = queues;
        this.features = features;
    }

    int createCq(byte[] sqe) {
        int qid = AdminSqe.qid(sqe, 0);
        int refused = refusal(sqe, qid, queues.cqs.containsKey(qid), features.cqsGranted());
        if (refused != StatusCode.SUCCESS) {
            return refused;
        }
        int vector = AdminSqe.iv(sqe, 0);
        InterruptKind mode = queues.interrupts().mode();
        int vectors =
                switch (mode) {
                    case MSIX -> state.profile.vectors();
                    case MSI -> Math.min(state.profile.vectors(), Integer.SIZE);
                    default -> 1;
                };
        if (AdminSqe.ien(sqe, 0) && vector >= vectors) {
            return StatusCode.INVALID_INTERRUPT_VECTOR | StatusCode.DNR;
        }
        CompletionQueue cq =
                new CompletionQueue(
                        qid,
                        Sqe.prp1(sqe, 0),
                        AdminSqe.qsize0(sqe, 0) + 1,
                        vector,
                        AdminSqe.ien(sqe, 0));
        queues.cqs.put(qid, cq);
        return StatusCode.SUCCESS;
    }

    int createSq(byte[] sqe) {
        int qid = AdminSqe.qid(sqe, 0);
        int refused = refusal(sqe, qid, queues.sqs.containsKey(qid), features.sqsGranted());
        if (refused != StatusCode.SUCCESS) {
            return refused;
        }
        int cqid = AdminSqe.cqid(sqe, 0);
        if (cqid == 0 || cqid > features.cqsGranted()) {
            return StatusCode.INVALID_QUEUE_ID | StatusCode.DNR;
        }
        CompletionQueue cq = queues.cqs.get(cqid);
        if (cq == null) {
            return StatusCode.COMPLETION_QUEUE_INVALID | StatusCode.DNR;
        }
        int stride = state.has(Quirk.SQE_128) ? Sqe.SIZE_LONG : Sqe.SIZE;
        int size = AdminSqe.qsize0(sqe, 0) + 1;
        queues.create(new SubmissionQueue(qid, Sqe.prp1(sqe, 0), size, stride, cq));
        return StatusCode.SUCCESS;
    }

    /** What both Create commands check. */
    private int refusal(byte[] sqe, int qid, boolean exists, int granted) {
        int size0 = AdminSqe.qsize0(sqe, 0);
        int status = StatusCode.SUCCESS;
        ControllerFault fault = ControllerFault.STATE_CHANGED_BEFORE_CONTROLLER_AGREED;
        if (qid == 0 || qid > granted || exists) {
            status = StatusCode.INVALID_QUEUE_ID;
        } else if (size0 == 0
                || size0 > Registers.capMqes(state.profile.cap())
                || !RegisterBlock.entrySizesSet(state.cc)) {
            status = StatusCode.INVALID_QUEUE_SIZE;
        } else if (!AdminSqe.pc(sqe, 0)) {
            status = StatusCode.INVALID_FIELD;
        } else if ((Sqe.prp1(sqe, 0) & state.pageSize() - 1) != 0) {
            status = StatusCode.PRP_OFFSET_INVALID;
        } else if (state.faults.strikesOnce(fault)) {
            state.observer.struck(state.nowNs(), fault.id(), qid, -1);
            return StatusCode.INTERNAL_ERROR;
        }
        return status == StatusCode.SUCCESS ? status : status | StatusCode.DNR;
    }

    int deleteSq(byte[] sqe) {
        int qid = AdminSqe.qid(sqe, 0);
        SubmissionQueue sq = queues.sqs.get(qid);
        if (qid == 0 || sq == null) {
            return StatusCode.INVALID_QUEUE_ID | StatusCode.DNR;
        }
        queues.delete(sq);
        return StatusCode.SUCCESS;
    }

    int deleteCq(byte[] sqe) {
        int qid = AdminSqe.qid(sqe, 0);
        CompletionQueue cq = queues.cqs.get(qid);
        if (qid == 0 || cq == null) {
            return StatusCode.INVALID_QUEUE_ID | StatusCode.DNR;
        }
        for (SubmissionQueue sq : queues.sqs.values()) {
            if (sq.cq == cq) {
                return StatusCode.INVALID_QUEUE_DELETION | StatusCode.DNR;
            }
        }
        queues.delete(cq);
        return StatusCode.SUCCESS;
    }

    int abort(Command command) {
        int aborts = 0;
        for (Command other : command.sq.inFlight.values()) {
            aborts += other.opcode() == command.opcode() ? 1 : 0;
        }
        if (aborts > ABORT_LIMIT0 + 1) {
            return StatusCode.ABORT_LIMIT_EXCEEDED;
        }
        SubmissionQueue sq = queues.sqs.get(AdminSqe.abortSqid(command.sqe, 0));
        Command victim = sq == null ? null : sq.inFlight.get(AdminSqe.abortCid(command.sqe, 0));
        if (victim == null || victim == command) {
            command.dw0 = 1;
        } else {
            queues.complete(victim, StatusCode.ABORT_REQUESTED);
        }
        return StatusCode.SUCCESS;
    }

    int doorbellBuffer(byte[] sqe) {
        long shadow = Sqe.prp1(sqe, 0);
        long eventIdx = Sqe.prp2(sqe, 0);
        int mask = state.pageSize() - 1;
        if (((shadow | eventIdx) & mask) != 0
                || !state.memory.contains(shadow, state.pageSize())
                || !state.memory.contains(eventIdx, state.pageSize())) {
            return StatusCode.INVALID_FIELD | StatusCode.DNR;
        }
        queues.shadow.configure(shadow, eventIdx);
        return StatusCode.SUCCESS;
    }
}
