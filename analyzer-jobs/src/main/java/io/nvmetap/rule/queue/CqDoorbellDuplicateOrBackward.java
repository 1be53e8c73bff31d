package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.Facts;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** A completion queue head that does not move, or acknowledges more than was posted. */
public final class CqDoorbellDuplicateOrBackward extends Rule {
    private static final long serialVersionUID = 1L;

    public CqDoorbellDuplicateOrBackward() {
        super(
                new RuleInfo(
                        "cq-doorbell-duplicate-or-backward",
                        "Completion queue head repeated or moved back",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe over PCIe Transport 1.0, 3.1.2.2 (Completion Queue Head Doorbell);"
                                + " NVMe Base 2.0, Invalid Doorbell Write Value",
                        "Derive the head from the entries taken off this queue, own and AER"
                                + " completions included, and write it only when it moved.",
                        List.of("B4")));
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
        Facts f = h.facts;
        CompletionQueue cq = f.cq;
        boolean rung = e.kind == EventKind.DOORBELL_RUNG && e.doorbell == DoorbellKind.CQ_HEAD;
        SideState side = h.side(e.side);
        if (!rung || cq == null || !side.known) {
            return;
        }
        judge.chance();
        String what = "";
        if (e.value < 0 || e.value >= cq.sizeEntries) {
            what = "is beyond the " + cq.sizeEntries + " entries of the queue";
        } else if (f.advance == 0 && !side.doorbellBuffers && !cq.shadowed) {
            // With doorbell buffers the controller may have picked the same value up before.
            what = "is the value it had";
        } else if (f.advance > f.unackedBefore) {
            what =
                    "acknowledges "
                            + f.advance
                            + " completions although "
                            + f.unackedBefore
                            + " were waiting";
        }
        if (!what.isEmpty()) {
            judge.violated(
                    h.actor(e.side),
                    "Head " + e.value + " rung on completion queue " + cq.qid + " " + what + ".",
                    Where.cq(cq.qid),
                    e.seq);
        }
    }
}
