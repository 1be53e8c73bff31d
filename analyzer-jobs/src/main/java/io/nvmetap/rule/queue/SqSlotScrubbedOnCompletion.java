package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The mediator changes an entry of the controller's submission queue, placing no command, while a
 * command that nobody consumed is in it (NVMe Base 2.0, 3.3.1.2).
 */
public final class SqSlotScrubbedOnCompletion extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated().sees(Unseen.DEVICE_SIDE, Unseen.SLOTS, Unseen.CQE_SQHD);

    private int epochReported = -1;

    public SqSlotScrubbedOnCompletion() {
        super(
                new RuleInfo(
                        "sq-slot-scrubbed-on-completion",
                        "Submission entry changed before it was consumed",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.1.2 (a slot is free when SQHD has passed it)",
                        "Do not write consumed entries, or only those that SQHD has passed and the"
                                + " tail has not reached again.",
                        List.of("B3")));
    }

    @Override
    public boolean maySilenceController() {
        return true;
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED, EventKind.COMMAND_EMITTED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        SubmissionQueue sq = h.facts.changed;
        if (sq == null || !h.device.known || !blind(h).isEmpty()) {
            return;
        }
        if (sq.ring.unseen) {
            judge.doubt("the slots of submission queue " + sq.qid + " were not seen");
            return;
        }
        judge.chance();
        Command under = h.facts.changedUnder;
        if (under != null && epochReported != h.device.epoch) {
            epochReported = h.device.epoch;
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Slot %d of submission queue %d was changed while %s (event %d), which"
                                    + " nobody had consumed, was in it; head seen last: %d.",
                            e.slot, sq.qid, under.name().name(), under.startSeq, sq.ring.head()),
                    Where.of(under),
                    under.startSeq,
                    sq.ring.headSeq,
                    e.seq);
        }
    }
}
