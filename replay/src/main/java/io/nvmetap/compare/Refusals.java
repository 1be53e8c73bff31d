package io.nvmetap.compare;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.plan.Exchange;

/**
 * A queue creation with several things wrong: which of them the status names is not laid down, so a
 * driver that refuses it itself may name another one than the controller did.
 */
final class Refusals {
    private static final int PAGE_MASK = 0xFFF;

    private Refusals() {}

    /** Whether the command has the defect that this status (without DNR and M) names. */
    static boolean names(Exchange exchange, int code) {
        int opcode = exchange.opcode();
        boolean sq = opcode == Opcodes.ADMIN_CREATE_SQ;
        if (!exchange.admin() || !sq && opcode != Opcodes.ADMIN_CREATE_CQ) {
            return false;
        }
        byte[] sqe = exchange.sqe();
        boolean scattered = !AdminSqe.pc(sqe, 0);
        return switch (code) {
            case StatusCode.PRP_OFFSET_INVALID -> scattered || baseIsWrong(exchange);
            case StatusCode.INVALID_FIELD -> scattered;
            case StatusCode.INVALID_QUEUE_ID -> AdminSqe.qid(sqe, 0) == 0;
            case StatusCode.INVALID_QUEUE_SIZE -> AdminSqe.qsize0(sqe, 0) == 0;
            case StatusCode.COMPLETION_QUEUE_INVALID -> sq && AdminSqe.cqid(sqe, 0) == 0;
            default -> false;
        };
    }

    private static boolean baseIsWrong(Exchange exchange) {
        boolean known = Sqe.known(exchange.known(), Sqe.PRP1_OFFSET, 8);
        long prp1 = Sqe.prp1(exchange.sqe(), 0);
        return known && (prp1 == 0 || (prp1 & PAGE_MASK) != 0);
    }
}
