package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** A completion for a command that is not in flight. */
public final class DuplicateOrLateCompletion extends Rule {
    private static final long serialVersionUID = 1L;

    public DuplicateOrLateCompletion() {
        super(
                new RuleInfo(
                        "duplicate-or-late-completion",
                        "Completion for a command not in flight",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.3.3.2 (a CID is unique among outstanding commands of an"
                                + " SQ; each command completes once)",
                        "Drop the completion and count it; never copy it to the guest.",
                        List.of("E1")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (e.kind != EventKind.COMPLETION_SEEN && e.kind != EventKind.COMPLETION_COPIED) {
            return;
        }
        if (h.side(e.side).known) {
            judge.chance();
        }
        if (!h.facts.unmatched) {
            return;
        }
        int cid = Cqe.cid(e.entry, 0);
        if (!e.knows(Cqe.SQID_OFFSET, 2)) {
            judge.doubt("the completion of command " + cid + " fits more than one queue or none");
            return;
        }
        if (h.facts.doubtful && h.header.mediated() && e.side == Side.DEVICE) {
            judge.doubt(
                    "command "
                            + cid
                            + " completes in a slot that held the same before, or after such an"
                            + " entry: who was wrong cannot be told");
            return;
        }
        int sqid = Cqe.sqid(e.entry, 0);
        judge.violated(
                e.side == Side.GUEST ? Party.MEDIATOR : Party.CONTROLLER,
                "Command "
                        + cid
                        + " of submission queue "
                        + sqid
                        + " completes although it is not in flight.",
                new Where(sqid, e.qid, cid),
                e.seq);
    }
}
