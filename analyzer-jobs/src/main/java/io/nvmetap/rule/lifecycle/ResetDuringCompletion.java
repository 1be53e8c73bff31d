package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** The mediator goes on copying, submitting or ringing while a reset runs. */
public final class ResetDuringCompletion extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().sees(Unseen.RESETS);

    private long reportedReset = -1;

    public ResetDuringCompletion() {
        super(
                new RuleInfo(
                        "reset-during-completion",
                        "Work goes on during a reset",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.7.2 (Controller Level Reset: outstanding commands are"
                                + " terminated, queues deleted)",
                        "Let a reset wait until completion handlers have left, and keep them out"
                                + " until it has ended.",
                        List.of("G2")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG, EventKind.COMMAND_EMITTED, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.CONTROLLER_RESET && e.edge == Edge.END) {
            judge.chance();
        }
        boolean copies = e.kind == EventKind.COMPLETION_COPIED;
        boolean emits = e.kind == EventKind.COMMAND_EMITTED;
        boolean rings = e.kind == EventKind.DOORBELL_RUNG && e.side == Side.DEVICE;
        if (h.resetting && (copies || emits || rings) && reportedReset != h.resetSeq) {
            reportedReset = h.resetSeq;
            judge.violated(
                    Party.MEDIATOR,
                    (copies
                                    ? "A completion is copied"
                                    : emits ? "A command is issued" : "A doorbell" + " is rung")
                            + " while a reset runs.",
                    Where.NOWHERE,
                    h.resetSeq,
                    e.seq);
        }
    }
}
