package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The mediator gives back the memory of a queue that the controller still has. */
public final class QueueMemoryFreedWhileOwned extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().sees(Unseen.DEVICE_SIDE);

    /** Queues the controller has (twice the id, plus one for completion queues) to the proof. */
    private final Map<Integer, Long> owned = new HashMap<>();

    private long stopSeq = -1;

    public QueueMemoryFreedWhileOwned() {
        super(
                new RuleInfo(
                        "queue-memory-freed-while-owned",
                        "Queue memory freed while the controller has the queue",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 5.6 and 5.7 (Delete I/O Completion and Submission Queue),"
                                + " 3.1.3.6 (CSTS.RDY)",
                        "Free queue memory when the Delete has succeeded or RDY reads 0, not when"
                                + " asking for it.",
                        List.of("D2")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (h.gapSeq == e.seq || !h.device.known || controllerLetGo(h, e)) {
            owned.clear();
            stopSeq = -1;
        }
        if (e.side != Side.DEVICE || !h.device.known) {
            return;
        }
        if (h.facts.enabled) {
            owned.clear();
            stopSeq = -1;
            h.device.sqs.keySet().forEach(qid -> owned.put(key(qid, false), e.seq));
            h.device.cqs.keySet().forEach(qid -> owned.put(key(qid, true), e.seq));
        } else if (h.facts.disabled && e.kind == EventKind.REGISTER_WRITTEN) {
            stopSeq = e.seq;
        } else if (e.kind == EventKind.COMPLETION_SEEN) {
            completed(h, e);
        } else if (e.kind == EventKind.QUEUE_MEMORY_RELEASED) {
            released(h, e, judge);
        }
    }

    private static int key(int qid, boolean completion) {
        return qid << 1 | (completion ? 1 : 0);
    }

    private static boolean controllerLetGo(History h, CapturedEvent e) {
        if (e.kind == EventKind.CONTROLLER_RESET) {
            boolean whole = e.reset != ResetKind.CC_EN && e.reset != ResetKind.DRIVER;
            return whole || e.edge == Edge.END && !h.device.enabled;
        }
        if (e.side != Side.DEVICE || e.space != RegisterSpace.BAR0) {
            return false;
        }
        if (e.kind == EventKind.REGISTER_WRITTEN) {
            return e.registerOffset == Registers.NSSR;
        }
        boolean status =
                e.kind == EventKind.REGISTER_READ && e.registerOffset == Registers.CSTS && e.flag;
        boolean absent = (e.value & 0xFFFF_FFFFL) == 0xFFFF_FFFFL;
        return status && (absent || !h.device.enabled && !Registers.cstsRdy((int) e.value));
    }

    private void completed(History h, CapturedEvent e) {
        if (e.qid != 0) {
            return;
        }
        Command c = h.facts.command;
        if (c == null || !c.cdw10Known) {
            // It may have been a Delete.
            owned.keySet().removeIf(k -> k > key(0, true));
        } else if (StatusCode.success(Cqe.status(e.entry, 0))) {
            int qid = c.cdw10 & 0xFFFF;
            switch (c.opcode) {
                case Opcodes.ADMIN_CREATE_SQ -> owned.put(key(qid, false), e.seq);
                case Opcodes.ADMIN_CREATE_CQ -> owned.put(key(qid, true), e.seq);
                case Opcodes.ADMIN_DELETE_SQ -> owned.remove(key(qid, false));
                case Opcodes.ADMIN_DELETE_CQ -> owned.remove(key(qid, true));
                default -> {
                    // Neither makes nor ends a queue.
                }
            }
        }
    }

    private void released(History h, CapturedEvent e, Judge judge) {
        judge.chance();
        Long since = owned.remove(key(e.qid, e.flag));
        if (since == null) {
            return;
        }
        Command delete = deleteOf(h, e.qid, e.flag);
        String how =
                stopSeq >= 0
                        ? "CC.EN was cleared and RDY has not read 0 since"
                        : delete != null
                                ? "its Delete has not completed yet"
                                : "it was not deleted";
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "The memory of %s queue %d is given back while the controller has the"
                                + " queue: %s.",
                        e.flag ? "completion" : "submission", e.qid, how),
                e.flag ? Where.cq(e.qid) : Where.sq(e.qid),
                since,
                stopSeq,
                delete == null ? -1 : delete.startSeq,
                e.seq);
    }

    private static Command deleteOf(History h, int qid, boolean completion) {
        int opcode = completion ? Opcodes.ADMIN_DELETE_CQ : Opcodes.ADMIN_DELETE_SQ;
        for (Command c : h.device.inFlight.values()) {
            if (c.admin() && c.opcode == opcode && (c.cdw10 & 0xFFFF) == qid) {
                return c;
            }
        }
        return null;
    }
}
