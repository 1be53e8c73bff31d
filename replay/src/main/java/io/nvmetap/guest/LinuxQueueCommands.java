package io.nvmetap.guest;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.function.Supplier;

/** Create and Delete of the Linux-like guest's I/O queues. */
final class LinuxQueueCommands {
    private static final int TRIES = 3;

    private final LinuxAdmin admin;

    LinuxQueueCommands(LinuxAdmin admin) {
        this.admin = admin;
    }

    /** Both queues of a pair, empty. */
    void open(LinuxQueue queue) {
        GuestQueuePair pair = queue.pair;
        pair.reset();
        if (pair.ownsCompletions()) {
            openCompletions(queue);
        }
        insist(
                () -> {
                    byte[] sq = admin.sqe(Opcodes.ADMIN_CREATE_SQ);
                    AdminSqe.putCreateSq(sq, 0, pair.qid, pair.sqEntries - 1, pair.cqid);
                    Sqe.putPrp1(sq, 0, pair.sqAddress);
                    return sq;
                });
    }

    private void openCompletions(LinuxQueue queue) {
        GuestQueuePair pair = queue.pair;
        insist(
                () -> {
                    byte[] cq = admin.sqe(Opcodes.ADMIN_CREATE_CQ);
                    AdminSqe.putCreateCq(cq, 0, pair.cqid, pair.cqEntries - 1, queue.vector, true);
                    Sqe.putPrp1(cq, 0, pair.cqAddress);
                    return cq;
                });
    }

    void delete(int opcode, LinuxQueue queue) {
        boolean completions = opcode == Opcodes.ADMIN_DELETE_CQ;
        if (completions && !queue.pair.ownsCompletions()) {
            return;
        }
        int qid = completions ? queue.pair.cqid : queue.pair.qid;
        insist(
                () -> {
                    byte[] sqe = admin.sqe(opcode);
                    AdminSqe.putDeleteQueue(sqe, 0, qid);
                    return sqe;
                });
    }

    /** A command that must succeed; a refusal that need not last is tried again. */
    private void insist(Supplier<byte[]> command) {
        for (int i = 1; i < TRIES; i++) {
            int status = Cqe.status(admin.call(command.get()), 0);
            if (status == 0) {
                return;
            }
            if ((status & StatusCode.DNR) != 0) {
                break;
            }
        }
        admin.require(command.get());
    }
}
