package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** I/O queues come to exist in an enable epoch without an accepted Set Features 07h. */
public final class NumberOfQueuesNeverSet extends Rule {
    private static final long serialVersionUID = 1L;

    private int epochReported = -1;

    public NumberOfQueuesNeverSet() {
        super(
                new RuleInfo(
                        "number-of-queues-never-set",
                        "I/O queues without Number of Queues",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, Feature \"Number of Queues\" (Feature Identifier 07h)",
                        "A mediator must size its tables from the queues that are created, not from"
                                + " a request that may never come.",
                        List.of("D1")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of();
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!h.facts.queueCreated || h.actor(e.side) != Party.GUEST) {
            return;
        }
        SideState side = h.side(e.side);
        if (!side.known || side.epoch == 0) {
            judge.doubt("queues were created in an epoch whose beginning was not seen");
            return;
        }
        judge.chance();
        if (!side.numberOfQueuesSet && epochReported != side.epoch) {
            epochReported = side.epoch;
            judge.violated(
                    Party.GUEST,
                    "I/O queues are created without Set Features 07h in enable "
                            + side.epoch
                            + ", so the controller was never asked how many it grants.",
                    Where.NOWHERE,
                    side.epochSeq,
                    h.facts.command.startSeq,
                    e.seq);
        }
    }
}
