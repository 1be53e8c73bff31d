package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.QueueChange;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A completion queue begins where one of its number ended: its first entry is not in slot 0 with
 * phase tag 1, or entries that the former one left there are taken for new.
 */
public final class StalePhaseOrIndexAfterRecreate extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().sees(Unseen.SLOTS, Unseen.CQE_PHASE);

    /** Queues that had their first completion, of both sides. */
    private final Map<Integer, CompletionQueue> begun = new HashMap<>();

    public StalePhaseOrIndexAfterRecreate() {
        super(
                new RuleInfo(
                        "stale-phase-or-index-after-recreate",
                        "Queue begins with the phase, place or entries of a former one",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.6.1 (Phase Tag: 0 everywhere when the queue is created,"
                                + " 1 on the first pass, from slot 0)",
                        "When a queue is created set head, tail and phase to 0, 0 and 1 and clear"
                                + " its memory, whatever a queue of that number did before.",
                        List.of("A7")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (QueueChange.possible(h, e)) {
            begun.values().removeIf(cq -> gone(h, cq));
        }
        CompletionQueue cq = h.facts.cq;
        boolean seen = e.kind == EventKind.COMPLETION_SEEN;
        boolean completion = seen || e.kind == EventKind.COMPLETION_COPIED;
        if (!completion || cq == null || !h.side(e.side).known) {
            return;
        }
        boolean first = begun.put(cq.qid << 1 | (seen ? 0 : 1), cq) != cq;
        if (first && cq.bornSeq >= 0) {
            first(e, cq, judge);
        }
        if (seen && h.facts.leftoverSeq >= 0 && h.facts.unmatched) {
            leftover(h, e, cq, judge);
        }
    }

    private static boolean gone(History h, CompletionQueue cq) {
        return h.guest.cqs.get(cq.qid) != cq && h.device.cqs.get(cq.qid) != cq;
    }

    private static void first(CapturedEvent e, CompletionQueue cq, Judge judge) {
        boolean known = e.slot >= 0 && Cqe.phaseKnown((int) e.known);
        // What is published and not told yet may have come before it.
        if (!known || cq.published > 0) {
            return;
        }
        judge.chance();
        int phase = Cqe.phase(e.entry, 0);
        if (e.slot != 0 || phase != 1) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "The first completion of completion queue %d on the %s side is in slot"
                                    + " %d with phase tag %d, not in slot 0 with 1.",
                            cq.qid, e.side == Side.GUEST ? "guest" : "device", e.slot, phase),
                    Where.cq(cq.qid),
                    cq.bornSeq,
                    e.seq);
        }
    }

    private static void leftover(History h, CapturedEvent e, CompletionQueue cq, Judge judge) {
        int cid = Cqe.cid(e.entry, 0);
        if (cq.sizeEntries < HostCqeReadWithoutAcquire.ENTRIES_MIN) {
            judge.doubt("completion queue " + cq.qid + " is too small to tell old bytes by");
            return;
        }
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Slot %d of completion queue %d is taken for new with the CID %d, SQID, SQHD"
                                + " and phase tag that a former queue %d left there (event %d); that"
                                + " command is not in flight.",
                        e.slot, cq.qid, cid, cq.qid, h.facts.leftoverSeq),
                new Where(Cqe.sqid(e.entry, 0), cq.qid, cid),
                h.facts.leftoverSeq,
                cq.bornSeq,
                e.seq);
    }
}
