package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** A Delete overtakes a completion that the mediator has taken and not copied. */
public final class DeleteRacesCompletion extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().bothSides();

    private final DeletedQueues deleted = new DeletedQueues();

    public DeleteRacesCompletion() {
        super(
                new RuleInfo(
                        "delete-races-completion",
                        "Queue deleted while a completion is handled",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 5.7 (after the Delete succeeded nothing is posted for"
                                + " commands of the submission queue)",
                        "Let the Delete wait until handlers of the queue's completions have left,"
                                + " then take the queue away and tell the guest.",
                        List.of("D3")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (deleted.apply(h, e)) {
            judge.chance();
        }
        if (e.kind != EventKind.COMPLETION_COPIED) {
            return;
        }
        Command c = h.facts.command;
        long goneSeq = deleted.goneUnder(c);
        if (goneSeq >= 0 && c.seenSeq >= 0 && c.seenSeq < goneSeq) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Command %d of submission queue %d completed before the queue's Delete"
                                    + " did, and is copied after the guest was told that the queue"
                                    + " is gone.",
                            c.cid, c.sqid),
                    new Where(c.sqid, e.qid, c.cid),
                    c.seenSeq,
                    goneSeq,
                    e.seq);
        }
    }
}
