package io.nvmetap.mediator;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/**
 * Admin commands on their way through: which the mediator answers itself, what it changes on the
 * way down, and what a completion changes here. Queues follow the controller's status, never the
 * request. What is not named here goes through byte for byte but for the command identifier.
 */
final class AdminFilter {
    /** Goes to the controller. */
    static final int PASS = -1;

    private static final String[] REASONS = {
        "",
        "shadow doorbells would go behind the driver's back",
        "data pointer reaches into the driver's own pages",
        "no such command is in flight",
        "queue base is not page aligned or not contiguous",
        "no memory for the queue",
        "Identify without usable PRPs",
        "one I/O queue was assumed",
        "the opcode is not known"
    };

    private static final int DNR_INVALID_FIELD = StatusCode.DNR | StatusCode.INVALID_FIELD;

    private static final int ANSWER_DBBUF = answer(StatusCode.DNR | StatusCode.INVALID_OPCODE, 1);
    static final int ANSWER_FOREIGN = answer(DNR_INVALID_FIELD, 2);
    private static final int ANSWER_NOT_ABORTED = answer(StatusCode.SUCCESS, 3) | 1 << 15;
    private static final int ANSWER_BASE =
            answer(StatusCode.DNR | StatusCode.PRP_OFFSET_INVALID, 4);
    private static final int ANSWER_MEMORY = answer(StatusCode.INTERNAL_ERROR, 5);
    private static final int ANSWER_IDENTIFY = answer(DNR_INVALID_FIELD, 6);
    private static final int ANSWER_ONE_QUEUE =
            answer(StatusCode.DNR | StatusCode.INVALID_QUEUE_ID, 7);

    private static final int ANSWER_UNKNOWN = answer(StatusCode.DNR | StatusCode.INVALID_OPCODE, 8);

    private final MediatorState state;
    private final QueueLife life;
    private final IdentifyFilter identify;
    private final DoorbellBuffers buffers;
    private boolean refuse;

    AdminFilter(
            MediatorState state, QueueLife life, IdentifyFilter identify, DoorbellBuffers buffers) {
        this.state = state;
        this.life = life;
        this.identify = identify;
        this.buffers = buffers;
    }

    private static int answer(int status, int reason) {
        return status | reason << 16;
    }

    static int answerStatus(int answer) {
        return answer & 0x7FFF;
    }

    static int answerDw0(int answer) {
        return answer >>> 15 & 1;
    }

    /** Why a command was refused; the unknown Abort is answered, not refused. */
    static String answerReason(int answer) {
        return answer == ANSWER_NOT_ABORTED ? "" : REASONS[answer >>> 16];
    }

    /** What the entry alone tells: {@link #PASS} or an answer. */
    int judge(byte[] sqe) {
        switch (Sqe.opcode(sqe, 0)) {
            case Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG:
                // fault: dbbuf-config-passed-through.
                if (state.has(MediatorFault.DBBUF_CONFIG_PASSED_THROUGH)) {
                    return PASS;
                }
                return state.config.serveDoorbellBuffers()
                        ? answer(buffers.configure(sqe), 0)
                        : ANSWER_DBBUF;
            case Opcodes.ADMIN_CREATE_SQ, Opcodes.ADMIN_CREATE_CQ:
                return judgeCreate(sqe);
            case Opcodes.ADMIN_ABORT:
                return aborted(sqe) == null ? ANSWER_NOT_ABORTED : PASS;
            default:
                return judgeOther(sqe);
        }
    }

    /** What nobody here knows is the controller's to judge, byte for byte. */
    private int judgeOther(byte[] sqe) {
        // fault: apple-vendor-admin-commands. Refused, or passed on with dwords lost, in turns.
        boolean vendor = Sqe.opcode(sqe, 0) >= Opcodes.ADMIN_VENDOR_FIRST;
        if (vendor && state.has(MediatorFault.APPLE_VENDOR_ADMIN_COMMANDS)) {
            refuse = !refuse;
            if (refuse) {
                return ANSWER_UNKNOWN;
            }
            Sqe.putCdw13(sqe, 0, 0);
            Sqe.putCdw14(sqe, 0, 0);
        }
        return PASS;
    }

    private int judgeCreate(byte[] sqe) {
        // fault: number-of-queues-never-set. Nobody asked, so one it is.
        boolean assumeOne = state.has(MediatorFault.NUMBER_OF_QUEUES_NEVER_SET);
        if (assumeOne && !state.queuesSet && AdminSqe.qid(sqe, 0) > 1) {
            return ANSWER_ONE_QUEUE;
        }
        if (AdminSqe.qid(sqe, 0) > state.config.ioQueuesMax()) {
            return answer(StatusCode.DNR | StatusCode.INVALID_QUEUE_ID, 0);
        }
        long base = Sqe.prp1(sqe, 0);
        boolean aligned = (base & state.pageSize() - 1) == 0;
        return AdminSqe.pc(sqe, 0) && aligned && base >= 0 ? PASS : ANSWER_BASE;
    }

    private Slot aborted(byte[] sqe) {
        SqShadow sq = state.queues.sq(AdminSqe.abortSqid(sqe, 0));
        return sq == null ? null : sq.slots.findGuest(AdminSqe.abortCid(sqe, 0), sq);
    }

    /** Changes {@code sqe} into what goes out; {@link #PASS} or an answer. */
    int prepare(Slot slot, byte[] sqe) {
        switch (Sqe.opcode(sqe, 0)) {
            case Opcodes.ADMIN_CREATE_CQ:
                return life.prepareCq(slot, sqe) ? PASS : ANSWER_MEMORY;
            case Opcodes.ADMIN_CREATE_SQ:
                return life.prepareSq(slot, sqe) ? PASS : ANSWER_MEMORY;
            case Opcodes.ADMIN_IDENTIFY:
                return identify.prepare(slot, sqe) ? PASS : ANSWER_IDENTIFY;
            case Opcodes.ADMIN_ABORT:
                Slot victim = aborted(sqe);
                if (victim == null) {
                    return ANSWER_NOT_ABORTED;
                }
                AdminSqe.putAbort(sqe, 0, victim.sq.qid, victim.emittedCid);
                return PASS;
            case Opcodes.ADMIN_DELETE_SQ, Opcodes.ADMIN_DELETE_CQ:
                life.memory.deleting(sqe);
                return PASS;
            case Opcodes.ADMIN_SET_FEATURES:
                limitQueues(sqe);
                return PASS;
            default:
                return PASS;
        }
    }

    /** Number of Queues: no more than the mediator serves (0's based halves). */
    private void limitQueues(byte[] sqe) {
        if (AdminSqe.fid(sqe, 0) == FeatureId.NUMBER_OF_QUEUES) {
            int max0 = state.config.ioQueuesMax() - 1;
            int asked = Sqe.cdw11(sqe, 0);
            int sqs0 = Math.min(asked & 0xFFFF, max0);
            int cqs0 = Math.min(asked >>> 16, max0);
            Sqe.putCdw11(sqe, 0, cqs0 << 16 | sqs0);
        }
    }

    /**
     * fault: state-changed-before-controller-agreed. Queues come and go as if the controller had
     * agreed; true if the guest is told so at once.
     */
    boolean presume(Slot slot) {
        switch (slot.opcode()) {
            case Opcodes.ADMIN_CREATE_CQ, Opcodes.ADMIN_CREATE_SQ:
                life.created(slot, true);
                slot.presumed = true;
                return false;
            case Opcodes.ADMIN_DELETE_SQ, Opcodes.ADMIN_DELETE_CQ:
                life.presumeDeleted(slot);
                return true;
            default:
                return false;
        }
    }

    /** A guest command came back: queues appear and go, Identify data is filtered. */
    void finish(Slot slot) {
        boolean good = StatusCode.success(Cqe.status(slot.cqe, 0));
        if (slot.presumed) {
            Cqe.putStatus(slot.cqe, 0, StatusCode.SUCCESS);
        }
        if (slot.presumed || slot.answered) {
            life.presumed(slot);
            return;
        }
        switch (slot.opcode()) {
            case Opcodes.ADMIN_CREATE_CQ, Opcodes.ADMIN_CREATE_SQ:
                life.created(slot, good);
                break;
            case Opcodes.ADMIN_DELETE_SQ:
                if (good) {
                    life.deleteSq(AdminSqe.qid(slot.sqe, 0));
                }
                break;
            case Opcodes.ADMIN_DELETE_CQ:
                if (good) {
                    life.deleteCq(AdminSqe.qid(slot.sqe, 0));
                }
                break;
            case Opcodes.ADMIN_IDENTIFY:
                identify.finish(slot, good);
                break;
            case Opcodes.ADMIN_SET_FEATURES:
                if (good && AdminSqe.fid(slot.sqe, 0) == FeatureId.NUMBER_OF_QUEUES) {
                    state.queuesSet = true;
                    int max0 = state.config.ioQueuesMax() - 1;
                    int got = Cqe.dw0(slot.cqe, 0);
                    int sqs0 = Math.min(got & 0xFFFF, max0);
                    int cqs0 = Math.min(got >>> 16, max0);
                    Cqe.putDw0(slot.cqe, 0, cqs0 << 16 | sqs0);
                }
                break;
            default:
                break;
        }
    }
}
