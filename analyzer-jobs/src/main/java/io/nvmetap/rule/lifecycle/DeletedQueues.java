package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.StatusCode;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/** Queues of the guest whose Delete succeeded in this enable, as the guest was told. */
final class DeletedQueues implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Twice the number, plus one for completion queues, to the event that told the guest. */
    private final Map<Integer, Long> toldSeq = new HashMap<>();

    /** Takes an event in; true if it told the guest that a submission queue is gone. */
    boolean apply(History h, CapturedEvent e) {
        boolean turned = e.side == Side.GUEST && (h.facts.enabled || h.facts.disabled);
        boolean reset = e.kind == EventKind.CONTROLLER_RESET;
        if (turned || reset || h.gapSeq == e.seq || !h.guest.known) {
            toldSeq.clear();
            return false;
        }
        Command c = h.facts.command;
        boolean told = e.kind == EventKind.COMPLETION_COPIED && c != null && c.admin();
        if (!told || !c.cdw10Known || !StatusCode.success(Cqe.status(e.entry, 0))) {
            return false;
        }
        int qid = c.cdw10 & 0xFFFF;
        if (c.opcode == Opcodes.ADMIN_DELETE_SQ) {
            toldSeq.put(qid << 1, e.seq);
        } else if (c.opcode == Opcodes.ADMIN_DELETE_CQ) {
            toldSeq.put(qid << 1 | 1, e.seq);
        } else if (c.opcode == Opcodes.ADMIN_CREATE_CQ) {
            toldSeq.remove(qid << 1 | 1);
        }
        return c.opcode == Opcodes.ADMIN_DELETE_SQ;
    }

    /**
     * @return when the guest was told that the command's submission queue is gone, -1 it was not
     */
    long goneUnder(Command c) {
        return c == null || !c.released ? -1 : toldSeq.getOrDefault(c.sqid << 1, -1L);
    }

    /**
     * @return when the guest was told that this completion queue is gone, -1 it was not, or it is
     *     there again
     */
    long gone(int cqid) {
        return toldSeq.getOrDefault(cqid << 1 | 1, -1L);
    }
}
