package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The mediator makes or ends a queue at the request, not at the controller's answer. */
public final class StateChangedBeforeControllerAgreed extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().bothSides();

    /** Queue commands remembered that nobody answers. */
    private static final int PASSED_MAX = 4096;

    /** Queue commands of the guest that went to the controller, by command id. */
    private final Map<Long, Passed> passed = new HashMap<>();

    /** Submission queues whose last Create, or Delete, the controller refused: the event. */
    private final Map<Integer, Long> notCreated = new HashMap<>();

    private final Map<Integer, Long> notDeleted = new HashMap<>();

    /** Last tail rung for a queue whose Delete was refused, -1 none. */
    private long tailSeq = -1;

    private static final class Passed implements Serializable {
        private static final long serialVersionUID = 1L;

        private long emittedSeq;

        /** The queue's number at the controller. */
        private int qid;

        private long seenSeq = -1;
        private boolean good;
    }

    public StateChangedBeforeControllerAgreed() {
        super(
                new RuleInfo(
                        "state-changed-before-controller-agreed",
                        "Queue state follows the request, not the controller's answer",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 5.4 to 5.7 (queues come and go when the command completes"
                                + " successfully)",
                        "Prepare at the request, change state and tell the guest at the completion,"
                                + " as its status says.",
                        List.of("D5")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.COMMAND_FETCHED,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        boolean over = h.facts.disabled || h.facts.enabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || h.gapSeq == e.seq || !h.guest.known || !h.device.known) {
            passed.clear();
            notCreated.clear();
            notDeleted.clear();
            tailSeq = -1;
            return;
        }
        switch (e.kind) {
            case COMMAND_EMITTED -> emitted(h, e);
            case COMPLETION_SEEN -> seen(h, e);
            case COMPLETION_COPIED -> copied(h, e, judge);
            case COMMAND_FETCHED -> fetched(e, judge);
            case DOORBELL_RUNG -> rung(h, e);
            case DECISION -> decided(e, judge);
            default -> {
                // Tells nothing of queues.
            }
        }
    }

    private static boolean ofQueue(Command c) {
        return c != null
                && c.admin()
                && c.owner == Owner.GUEST
                && c.cdw10Known
                && (creates(c)
                        || c.opcode == Opcodes.ADMIN_DELETE_SQ
                        || c.opcode == Opcodes.ADMIN_DELETE_CQ);
    }

    private static boolean creates(Command c) {
        return c.opcode == Opcodes.ADMIN_CREATE_SQ || c.opcode == Opcodes.ADMIN_CREATE_CQ;
    }

    private void emitted(History h, CapturedEvent e) {
        if (ofQueue(h.facts.command) && h.guest.byId(e.commandId) != null) {
            if (passed.size() >= PASSED_MAX) {
                passed.clear();
            }
            Passed p = new Passed();
            p.emittedSeq = e.seq;
            p.qid = h.facts.command.cdw10 & 0xFFFF;
            passed.put(e.commandId, p);
        }
    }

    private void seen(History h, CapturedEvent e) {
        Passed p = passed.get(e.commandId);
        if (p == null) {
            return;
        }
        p.seenSeq = e.seq;
        p.good = StatusCode.success(Cqe.status(e.entry, 0));
        Command c = h.guest.byId(e.commandId);
        if (c == null) {
            passed.remove(e.commandId);
            return;
        }
        int qid = c.cdw10 & 0xFFFF;
        boolean sq = c.opcode == Opcodes.ADMIN_CREATE_SQ || c.opcode == Opcodes.ADMIN_DELETE_SQ;
        if (sq) {
            notCreated.remove(qid);
            notDeleted.remove(qid);
            boolean exists = h.guest.sqs.containsKey(qid);
            if (!p.good && creates(c) && !exists) {
                notCreated.put(qid, e.seq);
            } else if (!p.good && !creates(c) && exists) {
                notDeleted.put(qid, e.seq);
            }
        }
    }

    private void copied(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        Passed p = ofQueue(c) ? passed.get(e.commandId) : null;
        if (p == null) {
            return;
        }
        judge.chance();
        int qid = c.cdw10 & 0xFFFF;
        boolean told = StatusCode.success(Cqe.status(e.entry, 0));
        boolean early = p.seenSeq < 0;
        if (!early) {
            passed.remove(e.commandId);
        }
        if (there(h, c, p.qid) == (creates(c) == told) || early && !told) {
            return;
        }
        if (early || p.good != told) {
            notCreated.remove(qid);
            String how =
                    early
                            ? " is told to have succeeded before the controller answered."
                            : (told ? " failed" : " succeeded")
                                    + " at the controller and the guest is told the opposite.";
            judge.violated(
                    Party.MEDIATOR,
                    c.name().name() + " of queue " + qid + how,
                    Where.of(c),
                    early ? c.startSeq : p.seenSeq,
                    p.emittedSeq,
                    e.seq);
        }
    }

    /** Whether the controller has the queue, by whatever command. */
    private static boolean there(History h, Command c, int qid) {
        boolean sq = c.opcode == Opcodes.ADMIN_CREATE_SQ || c.opcode == Opcodes.ADMIN_DELETE_SQ;
        return sq ? h.device.sqs.containsKey(qid) : h.device.cqs.containsKey(qid);
    }

    private void fetched(CapturedEvent e, Judge judge) {
        Long refused = notCreated.remove(e.qid);
        if (refused != null && e.qid > 0) {
            judge.violated(
                    Party.MEDIATOR,
                    "A command is taken from submission queue "
                            + e.qid
                            + ", which the controller refused to create.",
                    Where.sq(e.qid),
                    refused,
                    e.seq);
        }
    }

    private void rung(History h, CapturedEvent e) {
        boolean tail = e.side == Side.GUEST && e.doorbell == DoorbellKind.SQ_TAIL;
        if (tail) {
            boolean live = notDeleted.containsKey(e.qid) && h.facts.advance > 0;
            tailSeq = live ? e.seq : -1;
        }
    }

    private void decided(CapturedEvent e, Judge judge) {
        boolean ignored = e.side == Side.GUEST && e.decision == DecisionKind.IGNORED;
        Long refused = ignored && tailSeq == e.seq - 1 ? notDeleted.remove(e.qid) : null;
        if (refused != null) {
            judge.violated(
                    Party.MEDIATOR,
                    "The tail of submission queue "
                            + e.qid
                            + " is ignored, though the controller refused to delete the queue.",
                    Where.sq(e.qid),
                    refused,
                    tailSeq,
                    e.seq);
        }
    }
}
