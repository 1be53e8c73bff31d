package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A queue created again under the same number starts where the one before it stood. */
public final class QidReuseStaleState extends Rule {
    private static final long serialVersionUID = 1L;

    /** Submission queues of this enable, by side and number. */
    private final Map<Integer, Life> lives = new HashMap<>();

    private static final class Life implements Serializable {
        private static final long serialVersionUID = 1L;

        private long createdSeq;
        private int generation;

        /** Commands placed in it, or taken from it, since it was created. */
        private int commands;

        private boolean reported;
    }

    public QidReuseStaleState() {
        super(
                new RuleInfo(
                        "qid-reuse-stale-state",
                        "Queue number used again with the state of the queue before",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.3.1 (a queue that is created is empty; head and tail"
                                + " start at 0)",
                        "Let all that is kept of a queue go with it: heads, tails, identifiers in"
                                + " use, shadow doorbells.",
                        List.of("D6")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.COMMAND_FETCHED,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean over = h.facts.enabled || h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || h.gapSeq == e.seq || !h.side(e.side).known) {
            lives.clear();
            return;
        }
        if (e.kind == EventKind.COMMAND_FETCHED || e.kind == EventKind.COMMAND_EMITTED) {
            boolean change = e.owner == Owner.MEDIATOR && e.commandId < 0;
            Life life = change ? null : lives.get(key(e.side, e.qid));
            if (life != null) {
                placed(h, e, life, judge);
            }
        } else if (e.kind == EventKind.COMPLETION_SEEN || e.kind == EventKind.COMPLETION_COPIED) {
            Command c = h.facts.command;
            if (h.facts.queueCreated && c.opcode == Opcodes.ADMIN_CREATE_SQ) {
                created(e, c.cdw10 & 0xFFFF);
            } else {
                completed(h, e, judge);
            }
        }
    }

    private static int key(Side side, int qid) {
        return qid << 1 | (side == Side.GUEST ? 1 : 0);
    }

    private void created(CapturedEvent e, int qid) {
        Life life = lives.computeIfAbsent(key(e.side, qid), k -> new Life());
        life.generation++;
        life.createdSeq = e.seq;
        life.commands = 0;
        life.reported = false;
    }

    private void placed(History h, CapturedEvent e, Life life, Judge judge) {
        boolean first = life.commands++ == 0 && life.generation > 1;
        // Where a device log shows the controller's fetches, the slot is the controller's choice.
        if (!first || e.slot < 0 || !h.header.mediated()) {
            return;
        }
        judge.chance();
        if (e.slot != 0) {
            life.reported = true;
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Submission queue %d was created again and its first command %s slot"
                                    + " %d.",
                            e.qid, e.side == Side.GUEST ? "is taken from" : "goes to", e.slot),
                    new Where(e.qid, -1, h.facts.command == null ? -1 : h.facts.command.cid),
                    life.createdSeq,
                    e.seq);
        }
    }

    /** In the first lap, heads and identifiers tell whose commands the consumer has. */
    private void completed(History h, CapturedEvent e, Judge judge) {
        if (!e.knows(Cqe.SQID_OFFSET, 2)) {
            return;
        }
        int sqid = Cqe.sqid(e.entry, 0);
        Life life = lives.get(key(e.side, sqid));
        SubmissionQueue sq = h.side(e.side).sqs.get(sqid);
        Command c = h.facts.command;
        boolean older =
                c != null && (c.released || c.startSeq < (life == null ? 0 : life.createdSeq));
        if (life == null || sq == null || life.generation < 2 || life.reported || older) {
            return;
        }
        // What a slot held before is not of the controller's now: the mediator took it for new.
        boolean stale = e.side == Side.DEVICE && h.facts.maybeStale();
        if (life.commands >= sq.sizeEntries || stale && h.header.mediated()) {
            return;
        }
        judge.chance();
        int head = Cqe.sqhd(e.entry, 0);
        String what = "";
        if (e.knows(Cqe.SQHD_OFFSET, 2) && head > life.commands) {
            what =
                    String.format(
                            "SQHD %d is past the %d commands that it had since",
                            head, life.commands);
        } else if (h.facts.unmatched) {
            what = "command " + Cqe.cid(e.entry, 0) + " completes, which it has not had since";
        }
        if (!what.isEmpty()) {
            life.reported = true;
            judge.violated(
                    e.side == Side.GUEST ? Party.MEDIATOR : Party.CONTROLLER,
                    "Submission queue " + sqid + " was created again and " + what + ".",
                    new Where(sqid, e.qid, Cqe.cid(e.entry, 0)),
                    life.createdSeq,
                    e.seq);
        }
    }
}
