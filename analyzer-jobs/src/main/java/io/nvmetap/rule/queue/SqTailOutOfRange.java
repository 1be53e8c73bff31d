package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** A submission queue tail at or beyond the size of the queue. */
public final class SqTailOutOfRange extends Rule {
    private static final long serialVersionUID = 1L;

    public SqTailOutOfRange() {
        super(
                new RuleInfo(
                        "sq-tail-out-of-range",
                        "Submission queue tail out of range",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe over PCIe Transport 1.0, 3.1.2.1 (Submission Queue Tail Doorbell);"
                                + " NVMe Base 2.0, Invalid Doorbell Write Value",
                        "Wrap at the size given in Create I/O Submission Queue; a mediator must"
                                + " check the tail before it fetches.",
                        List.of("B6")));
    }

    @Override
    public boolean maySilenceController() {
        return true;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.DOORBELL_RUNG);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        SubmissionQueue sq = h.facts.sq;
        if (e.kind != EventKind.DOORBELL_RUNG || e.doorbell != DoorbellKind.SQ_TAIL || sq == null) {
            return;
        }
        judge.chance();
        if (e.value < 0 || e.value >= sq.sizeEntries) {
            judge.violated(
                    h.actor(e.side),
                    "Tail "
                            + e.value
                            + " is rung on submission queue "
                            + sq.qid
                            + ", which has "
                            + sq.sizeEntries
                            + " entries.",
                    Where.sq(sq.qid),
                    e.seq);
        }
    }
}
