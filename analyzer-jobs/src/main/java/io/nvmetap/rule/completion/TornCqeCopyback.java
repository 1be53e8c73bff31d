package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The phase tag becomes visible before the rest of the entry. Judged strictly for the slot the
 * guest polls; later slots of a batch may be stored in any order, because the guest does not look
 * at them yet.
 */
public final class TornCqeCopyback extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator copied completions").sees(Unseen.STORES);

    /** Bytes 0 to 13: everything but the status word. */
    private static final int BODY = 0x3FFF;

    /** Byte 14 holds the phase tag in bit 0 (NVMe Base 2.0, 4.6.1). */
    private static final int PHASE_BYTE = 14;

    /** Stores into one slot since its last entry was complete. */
    private static final class Slot implements Serializable {
        private static final long serialVersionUID = 1L;
        int stored;
        int fenced;
        long firstSeq = -1;
    }

    private final Map<Integer, Map<Integer, Slot>> slots = new HashMap<>();

    /**
     * The slot that was stored into last, not yet among the others: nearly always the next store,
     * fence or copy is of it. Null none.
     */
    private Slot last;

    private int lastQid;
    private int lastSlot;

    public TornCqeCopyback() {
        super(
                new RuleInfo(
                        "torn-cqe-copyback",
                        "Phase tag visible before the entry is complete",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.6.1 (the phase tag says that the entry is new)",
                        "Store everything but the status word, then a store fence, then the status"
                                + " word.",
                        List.of("A1")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.COMPLETION_STORED, EventKind.STORE_FENCE, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        switch (e.kind) {
            case COMPLETION_STORED -> stored(h, e, judge);
            case STORE_FENCE -> fenced(e.qid);
            case COMPLETION_COPIED -> taken(e.qid, e.slot);
            default -> {
                if (h.facts.disabled || h.gapSeq == e.seq) {
                    last = null;
                    slots.clear();
                }
            }
        }
    }

    private void fenced(int qid) {
        if (last != null && lastQid == qid) {
            last.fenced = last.stored;
        }
        Map<Integer, Slot> others = slots.isEmpty() ? null : slots.get(qid);
        if (others != null) {
            others.values().forEach(s -> s.fenced = s.stored);
        }
    }

    /** The slot's entry is complete, or another one is begun: it is kept no longer; null none. */
    private Slot taken(int qid, int slot) {
        if (last != null && lastQid == qid && lastSlot == slot) {
            Slot complete = last;
            last = null;
            return complete;
        }
        Map<Integer, Slot> others = slots.isEmpty() ? null : slots.get(qid);
        return others == null ? null : others.remove(slot);
    }

    private void stored(History h, CapturedEvent e, Judge judge) {
        CompletionQueue cq = h.guest.cqs.get(e.qid);
        if (cq == null || !h.guest.known || e.slot < 0 || e.slot >= cq.sizeEntries) {
            return;
        }
        Slot slot = slot(e.qid, e.slot);
        int bytes = ((1 << e.byteCount) - 1) << e.byteOffset & 0xFFFF;
        boolean phase = (bytes >> PHASE_BYTE & 1) != 0;
        int polled = (cq.head + cq.unacked.size()) % cq.sizeEntries;
        if (phase && e.slot == polled) {
            judge.chance();
            if ((bytes & BODY) != 0 || (slot.fenced & BODY) != BODY) {
                judge.violated(
                        Party.MEDIATOR, why(bytes, slot, e), Where.cq(e.qid), slot.firstSeq, e.seq);
            }
        }
        slot.firstSeq = slot.firstSeq < 0 ? e.seq : slot.firstSeq;
        slot.stored |= bytes;
    }

    private Slot slot(int qid, int slot) {
        Slot now = taken(qid, slot);
        if (last != null) {
            slots.computeIfAbsent(lastQid, q -> new HashMap<>()).put(lastSlot, last);
        }
        last = now == null ? new Slot() : now;
        lastQid = qid;
        lastSlot = slot;
        return last;
    }

    private static String why(int bytes, Slot slot, CapturedEvent e) {
        String where = "slot " + e.slot + " of completion queue " + e.qid;
        if ((bytes & BODY) != 0) {
            return "One store carries the phase tag and other bytes of " + where + ".";
        }
        return (slot.stored & BODY) != BODY
                ? "The phase tag of " + where + " is stored before the rest of the entry."
                : "No store fence stands before the phase tag of " + where + ".";
    }
}
