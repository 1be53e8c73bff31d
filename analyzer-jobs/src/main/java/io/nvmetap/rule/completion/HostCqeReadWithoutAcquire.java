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
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The mediator reads CID, SQID and SQHD of a completion before its phase tag: they are those the
 * slot held a lap ago, for a command that is not in flight. A controller writes the dword with CID
 * and phase tag at once, so it cannot have left the old CID there.
 */
public final class HostCqeReadWithoutAcquire extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY
                    .mediated()
                    .sees(Unseen.DEVICE_SIDE, Unseen.SLOTS, Unseen.CQE_SQHD, Unseen.CQE_SQID);

    /** In a smaller queue a completion posted twice may come to the slot it was in before. */
    static final int ENTRIES_MIN = 16;

    public HostCqeReadWithoutAcquire() {
        super(
                new RuleInfo(
                        "host-cqe-read-without-acquire",
                        "Completion read before its phase tag",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.6.1 (Phase Tag: tells whether the entry is new)",
                        "Put a load barrier (dma_rmb, smp_load_acquire) between the load of the"
                                + " phase tag and the load of anything else of the entry.",
                        List.of("A4")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        CompletionQueue cq = h.facts.cq;
        boolean seen = e.kind == EventKind.COMPLETION_SEEN && e.side == Side.DEVICE && cq != null;
        if (!seen || !h.device.known || !h.facts.slotHeld || !blind(h).isEmpty()) {
            return;
        }
        judge.chance();
        if (h.facts.againSeq < 0 || !h.facts.unmatched) {
            return;
        }
        int cid = Cqe.cid(e.entry, 0);
        if (cq.sizeEntries < ENTRIES_MIN) {
            judge.doubt("completion queue " + cq.qid + " is too small to tell old bytes by");
            return;
        }
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Slot %d of completion queue %d has a new phase tag, and is read with the"
                                + " CID %d, SQID and SQHD that it held a lap ago (event %d); that"
                                + " command is not in flight.",
                        e.slot, cq.qid, cid, h.facts.againSeq),
                new Where(Cqe.sqid(e.entry, 0), cq.qid, cid),
                h.facts.againSeq,
                e.seq);
    }
}
