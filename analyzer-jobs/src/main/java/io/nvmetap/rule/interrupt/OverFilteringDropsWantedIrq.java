package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.VectorMasks;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The mediator keeps a message from the guest although the guest does not mask the vector, and does
 * not make up for it (NVMe over PCIe Transport 1.0, 3.5: a message is an edge, sent once).
 */
public final class OverFilteringDropsWantedIrq extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY
                    .mediated("no mediator held interrupts back")
                    .sees(Unseen.INTERRUPT_DELIVERY, Unseen.MSIX_TABLE);

    private static final Threshold KEPT =
            Threshold.ms("over-filtering-drops-wanted-irq.deadline", 100);

    /** A message that was kept back, and the completion that waits longest for it. */
    private static final class Kept implements Serializable {
        private static final long serialVersionUID = 1L;

        private final long seq;
        private final InterruptKind how;
        private final String reason;
        private final int sqid;
        private final int cqid;
        private final int cid;
        private final long doneSeq;
        private long lastNs;

        /** The vector is not masked at present; time while it is does not count. */
        private boolean wanted = true;

        private long waitedNs;

        private Kept(CapturedEvent e, int cqid, Command oldest) {
            seq = e.seq;
            how = e.interrupt;
            reason = e.label;
            lastNs = e.timeNs;
            this.cqid = cqid;
            sqid = oldest.sqid;
            cid = oldest.cid;
            doneSeq = oldest.doneSeq;
        }

        private void waits(long nowNs, boolean wantedFromNow) {
            waitedNs += wanted ? nowNs - lastNs : 0;
            lastNs = nowNs;
            wanted = wantedFromNow;
        }
    }

    /** By vector; one message each, the first. */
    private final Map<Integer, Kept> kept = new HashMap<>();

    /** Last event that was a step. */
    private long stepSeq = -1;

    public OverFilteringDropsWantedIrq() {
        super(
                new RuleInfo(
                        "over-filtering-drops-wanted-irq",
                        "Filter drops an interrupt the guest wants",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe over PCIe Transport 1.0, 3.5 (Interrupts); PCI Express Base, MSI-X"
                                + " Capability and Table Structure",
                        "Filter by the mask of the very vector, and deliver what was kept back as"
                                + " soon as the reason is gone.",
                        List.of("C6")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(KEPT);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.INTERRUPT_DELIVERED, EventKind.INTERRUPT_SUPPRESSED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        stepSeq = e.seq;
        if (kept.isEmpty() && e.kind != EventKind.INTERRUPT_SUPPRESSED) {
            return;
        }
        boolean over =
                h.gapSeq == e.seq || h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || !h.guest.known || !blind(h).isEmpty()) {
            kept.clear();
            return;
        }
        if (!kept.isEmpty()) {
            overdue(h, judge);
        }
        if (e.kind == EventKind.INTERRUPT_DELIVERED) {
            kept.remove(e.vector);
        } else if (e.kind == EventKind.INTERRUPT_SUPPRESSED) {
            judge.chance();
            suppressed(h, e);
        }
        kept.entrySet().removeIf(k -> settled(h, k.getValue()));
    }

    /** Other events only let time pass, and that a step has done for its own event. */
    @Override
    public long time(History h, Judge judge) {
        if (!kept.isEmpty() && h.seq != stepSeq) {
            overdue(h, judge);
            kept.entrySet().removeIf(k -> settled(h, k.getValue()));
        }
        return kept.isEmpty() ? NEVER : ALWAYS;
    }

    private void suppressed(History h, CapturedEvent e) {
        boolean wanted =
                e.vector < VectorMasks.VECTORS_MAX
                        && h.guest.masks.unmasked(e.vector, e.interrupt)
                        && e.interrupt != InterruptKind.INTX;
        if (!wanted || kept.containsKey(e.vector)) {
            return;
        }
        for (CompletionQueue cq : h.guest.cqs.values()) {
            Command oldest = cq.unacked.peekFirst();
            boolean here = cq.vector == e.vector && cq.interruptsEnabled && oldest != null;
            // With an interrupt out that the guest did not answer yet, one more may be spared.
            if (here && cq.interruptSeq < oldest.doneSeq) {
                kept.put(e.vector, new Kept(e, cq.qid, oldest));
                return;
            }
        }
    }

    /** The guest found the completion, or gave the queue up. */
    private static boolean settled(History h, Kept k) {
        CompletionQueue cq = h.guest.cqs.get(k.cqid);
        Command oldest = cq == null ? null : cq.unacked.peekFirst();
        return oldest == null || oldest.doneSeq != k.doneSeq;
    }

    private void overdue(History h, Judge judge) {
        Iterator<Map.Entry<Integer, Kept>> all = kept.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Integer, Kept> next = all.next();
            Kept k = next.getValue();
            k.waits(h.nowNs, h.guest.masks.unmasked(next.getKey(), k.how));
            if (k.waitedNs > judge.settings().of(KEPT)) {
                all.remove();
                judge.violated(
                        Party.MEDIATOR,
                        String.format(
                                "The message of vector %d was kept from the guest (\"%s\"), which does"
                                        + " not mask it; the completion of command %d waits %d ms and"
                                        + " no interrupt came.",
                                next.getKey(), k.reason, k.cid, k.waitedNs / 1_000_000),
                        new Where(k.sqid, k.cqid, k.cid),
                        k.doneSeq,
                        k.seq,
                        h.seq);
            }
        }
    }
}
