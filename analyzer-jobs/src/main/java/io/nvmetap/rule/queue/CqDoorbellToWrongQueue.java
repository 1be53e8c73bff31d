package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.List;
import java.util.Set;

/**
 * Completions were taken from one queue, and then a head that is right for it is rung on another,
 * for which it cannot be: it covers more than was posted there, or there is no such queue.
 */
public final class CqDoorbellToWrongQueue extends Rule {
    private static final long serialVersionUID = 1L;

    /** The queue that was taken from last on a side, as long as no head was rung since. */
    private static final class Last implements Serializable {
        private static final long serialVersionUID = 1L;
        int cqid = -1;
        long seq = -1;
    }

    private final Last guest = new Last();
    private final Last device = new Last();
    private long gapSeen = -1;

    public CqDoorbellToWrongQueue() {
        super(
                new RuleInfo(
                        "cq-doorbell-to-wrong-queue",
                        "Completions acknowledged on another queue",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe over PCIe Transport 1.0, 3.1.2.2 (Completion Queue y Head Doorbell);"
                                + " NVMe Base 2.0, 3.3.1 (several submission queues may share a"
                                + " completion queue)",
                        "Ring the completion queue the entries were taken from; it need not have the"
                                + " number of the submission queue.",
                        List.of("B5")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG, EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean whole = gapSeen != h.gapSeq || e.kind == EventKind.CONTROLLER_RESET;
        gapSeen = h.gapSeq;
        Last last = e.side == Side.GUEST ? guest : device;
        if (whole || h.facts.enabled || h.facts.disabled) {
            guest.cqid = -1;
            device.cqid = -1;
        }
        boolean taken =
                e.kind == EventKind.COMPLETION_SEEN || e.kind == EventKind.COMPLETION_COPIED;
        boolean head = e.kind == EventKind.DOORBELL_RUNG && e.doorbell == DoorbellKind.CQ_HEAD;
        if (taken) {
            last.cqid = e.qid;
            last.seq = e.seq;
        } else if (head) {
            rung(h, e, last, judge);
            last.cqid = -1;
        }
    }

    private static void rung(History h, CapturedEvent e, Last last, Judge judge) {
        SideState side = h.side(e.side);
        if (!side.known || side.doorbellBuffers || side.cqs.size() < 2) {
            return;
        }
        judge.chance();
        CompletionQueue rung = h.facts.cq;
        CompletionQueue meant = last.cqid == e.qid ? null : side.cqs.get(last.cqid);
        boolean impossible =
                rung == null
                        || e.value >= rung.sizeEntries
                        || h.facts.advance > h.facts.unackedBefore;
        if (meant == null || !impossible) {
            return;
        }
        int steps = Math.floorMod((int) e.value - meant.head, meant.sizeEntries);
        if (e.value < meant.sizeEntries && steps > 0 && steps <= meant.unacked.size()) {
            judge.violated(
                    h.actor(e.side),
                    String.format(
                            "Head %d is rung on completion queue %d, where it cannot be; it is the"
                                    + " next head of queue %d, from which %d completions were taken"
                                    + " and not acknowledged.",
                            e.value, e.qid, meant.qid, meant.unacked.size()),
                    Where.cq(meant.qid),
                    last.seq,
                    e.seq);
        }
    }
}
