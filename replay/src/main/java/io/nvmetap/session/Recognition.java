package io.nvmetap.session;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.List;

/** Recognizes a guest's command behind a driver by what it means: drivers change CIDs and PRPs. */
final class Recognition {
    private static final int SAME_POINTER = 2;
    private static final int SAME_QUEUE = 1;

    private Recognition() {}

    /** The command this is, or null: nobody in the guest sent it. */
    static Submitted find(List<Submitted> waiting, int sqid, byte[] sqe) {
        Submitted best = null;
        int bestScore = -1;
        for (Submitted candidate : waiting) {
            if (candidate.exchange.admin() != (sqid == 0) || !sameMeaning(candidate, sqe)) {
                continue;
            }
            int score = 0;
            if (Sqe.prp1(candidate.sqe, 0) == Sqe.prp1(sqe, 0)) {
                score += SAME_POINTER;
            }
            if (candidate.exchange.sqid() == sqid) {
                score += SAME_QUEUE;
            }
            if (score > bestScore) {
                bestScore = score;
                best = candidate;
            }
        }
        return best;
    }

    /** Two I/O commands that nobody can tell apart but by their identifiers. */
    static boolean twins(Submitted one, Submitted other) {
        return !one.exchange.admin()
                && !other.exchange.admin()
                && Sqe.prp1(one.sqe, 0) == Sqe.prp1(other.sqe, 0)
                && sameMeaning(one, other.sqe);
    }

    private static boolean sameMeaning(Submitted candidate, byte[] sqe) {
        byte[] sent = candidate.sqe;
        int opcode = Sqe.opcode(sqe, 0);
        if (opcode != Sqe.opcode(sent, 0)) {
            return false;
        }
        if (!candidate.exchange.admin()) {
            return Sqe.nsid(sent, 0) == Sqe.nsid(sqe, 0) && sameDwords(sent, sqe);
        }
        return switch (opcode) {
            case Opcodes.ADMIN_CREATE_CQ,
                    Opcodes.ADMIN_CREATE_SQ,
                    Opcodes.ADMIN_DELETE_CQ,
                    Opcodes.ADMIN_DELETE_SQ ->
                    AdminSqe.qid(sent, 0) == AdminSqe.qid(sqe, 0);
            case Opcodes.ADMIN_ABORT, Opcodes.ADMIN_ASYNC_EVENT_REQUEST -> true;
            case Opcodes.ADMIN_SET_FEATURES ->
                    AdminSqe.fid(sent, 0) == AdminSqe.fid(sqe, 0)
                            && (AdminSqe.fid(sqe, 0) == FeatureId.NUMBER_OF_QUEUES
                                    || sameDwords(sent, sqe));
            default -> Sqe.nsid(sent, 0) == Sqe.nsid(sqe, 0) && sameDwords(sent, sqe);
        };
    }

    private static boolean sameDwords(byte[] sent, byte[] sqe) {
        for (int n = 10; n < 16; n++) {
            if (Sqe.cdw(sent, 0, n) != Sqe.cdw(sqe, 0, n)) {
                return false;
            }
        }
        return true;
    }
}
