package io.nvmetap.rule.completion;

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
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The mediator reads a slot of the guest's submission queue before the tail that covers it: it gets
 * the command of the lap before, byte for byte, whose identifier the guest has in flight for
 * another command by now.
 */
public final class SqeFetchWithoutAcquire extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated().sees(Unseen.GUEST_SIDE, Unseen.SLOTS, Unseen.SQE_FIELDS);

    /** A guest may give up a command that takes so long, and send it again as it was. */
    private static final Threshold RETRY = Threshold.ms("sqe-fetch-without-acquire.retry", 400);

    public SqeFetchWithoutAcquire() {
        super(
                new RuleInfo(
                        "sqe-fetch-without-acquire",
                        "Command fetched before the tail that covers it",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.1.2 (an entry is the consumer's once the tail has passed"
                                + " it)",
                        "Put a load barrier between the load of the tail and the load of the"
                                + " entries; do not prefetch entries that no tail covers.",
                        List.of("A5")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RETRY);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        SubmissionQueue sq = h.facts.sq;
        boolean fetched = e.kind == EventKind.COMMAND_FETCHED && sq != null;
        if (!fetched || !h.guest.known || e.slot < 0 || !blind(h).isEmpty()) {
            return;
        }
        judge.chance();
        Command other = h.facts.replaced;
        if (other == null || h.facts.againSeq < 0) {
            return;
        }
        boolean retried = e.timeNs - other.startNs > judge.settings().of(RETRY);
        if (retried || sq.sizeEntries < HostCqeReadWithoutAcquire.ENTRIES_MIN) {
            judge.doubt("command " + other.cid + " may have been sent again by the guest");
            return;
        }
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Slot %d of submission queue %d is fetched with the very bytes it held a lap"
                                + " ago (event %d), and their CID %d is that of another command in"
                                + " flight (event %d).",
                        e.slot, sq.qid, h.facts.againSeq, other.cid, other.startSeq),
                Where.of(other),
                h.facts.againSeq,
                other.startSeq,
                e.seq);
    }
}
