package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.history.RingSlots;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The mediator puts a command into a slot whose command the controller has not consumed (NVMe Base
 * 2.0, 3.3.1.2), or into the last free one, after which a full queue looks empty (3.3.1.5).
 */
public final class HostSqSlotOverwrite extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated().sees(Unseen.DEVICE_SIDE, Unseen.SLOTS, Unseen.CQE_SQHD);

    public HostSqSlotOverwrite() {
        super(
                new RuleInfo(
                        "host-sq-slot-overwrite",
                        "Unconsumed submission slot overwritten",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.1.2 (a slot is free when SQHD has passed it); 3.3.1.5"
                                + " (Full Queue: one slot stays free)",
                        "Besides a free command identifier ask for a free slot: (tail + 1) modulo"
                                + " size must differ from the last SQHD seen on that queue.",
                        List.of("B2")));
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
        return Set.of(EventKind.COMMAND_EMITTED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        SubmissionQueue sq = h.facts.sq;
        boolean emits = e.kind == EventKind.COMMAND_EMITTED && c != null && sq != null;
        if (!emits || !h.device.known || !blind(h).isEmpty()) {
            return;
        }
        RingSlots ring = sq.ring;
        if (ring.unseen) {
            judge.doubt("the slots of submission queue " + sq.qid + " were not seen");
            return;
        }
        judge.chance();
        if (ring.overwritten != null) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Slot %d of submission queue %d still held the command of event %d,"
                                    + " which nobody consumed; head seen last: %d.",
                            c.slot, sq.qid, ring.overwritten.startSeq, ring.head()),
                    Where.of(c),
                    ring.overwritten.startSeq,
                    ring.headSeq,
                    e.seq);
        } else if (ring.overflow && !Profiles.isApple(h)) {
            // Some Apple controllers take a slot for a tag: all of them may be in use.
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Slot %d was the last free one of submission queue %d, head seen last:"
                                    + " %d; the queue now looks empty.",
                            c.slot, sq.qid, ring.head()),
                    Where.of(c),
                    ring.headSeq,
                    e.seq);
        }
    }
}
