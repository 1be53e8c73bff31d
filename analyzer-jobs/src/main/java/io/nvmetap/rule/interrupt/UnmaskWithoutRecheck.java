package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.history.VectorMasks;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A message of the controller was dropped because the guest masked the vector, and the mediator
 * does not look for the completion behind it when the guest unmasks (PCIe Base, MSI-X: a function
 * remembers in its pending bit what a mask held back).
 */
public final class UnmaskWithoutRecheck extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator held interrupts back").sees(Unseen.MSIX_TABLE);

    private static final Threshold UNCHECKED = Threshold.ms("unmask-without-recheck.deadline", 10);

    /** One vector; what waits on it is forgotten as soon as a completion is taken. */
    private static final class Vector implements Serializable {
        private static final long serialVersionUID = 1L;

        /**
         * Messages less completions taken. A message stands for one completion at least, so that
         * many are surely posted and not taken; coalescing only makes it smaller.
         */
        private int owed;

        private boolean usedWhileMasked;
        private InterruptKind how = InterruptKind.UNKNOWN;
        private long raisedSeq = -1;
        private long suppressedSeq = -1;
        private long unmaskSeq = -1;
        private long unmaskNs;

        /** Queues that were looked at long after the unmask; never more than there are. */
        private final Set<Integer> lookedAt = new HashSet<>();

        private void settled() {
            raisedSeq = -1;
            suppressedSeq = -1;
            unmaskSeq = -1;
            lookedAt.clear();
        }
    }

    private final Map<Integer, Vector> vectors = new HashMap<>();

    public UnmaskWithoutRecheck() {
        super(
                new RuleInfo(
                        "unmask-without-recheck",
                        "No look at the completion queues after an unmask",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "PCI Express Base, MSI-X Capability and Table Structure (pending bits);"
                                + " NVMe over PCIe Transport 1.0, 3.5 (Interrupts)",
                        "After the guest unmasks a vector, look once at every completion queue of"
                                + " that vector.",
                        List.of("C2")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(UNCHECKED);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.COMPLETION_SEEN,
                EventKind.INTERRUPT_RAISED,
                EventKind.INTERRUPT_SUPPRESSED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean over =
                h.gapSeq == e.seq
                        || h.facts.disabled
                        || h.facts.enabled
                        || e.kind == EventKind.CONTROLLER_RESET;
        if (over) {
            vectors.clear();
        }
        if (over || !h.device.known || !blind(h).isEmpty()) {
            return;
        }
        switch (e.kind) {
            case INTERRUPT_RAISED -> raised(h, e);
            case INTERRUPT_SUPPRESSED -> suppressed(e);
            case VECTOR_UNMASKED, REGISTER_WRITTEN -> {
                if (e.side == Side.GUEST) {
                    vectors.forEach((number, v) -> unmasked(h, e, judge, number, v));
                }
            }
            case COMPLETION_SEEN -> {
                CompletionQueue cq = h.facts.cq;
                if (cq != null && cq.interruptsEnabled) {
                    taken(h, e, judge, cq.vector);
                }
                forgetDeleted(h);
            }
            default -> {
                // Neither masks nor completes.
            }
        }
    }

    private void raised(History h, CapturedEvent e) {
        boolean message = e.interrupt == InterruptKind.MSI || e.interrupt == InterruptKind.MSIX;
        if (!message || e.vector < 0 || e.vector >= VectorMasks.VECTORS_MAX) {
            return;
        }
        Vector v = vectors.computeIfAbsent(e.vector, k -> new Vector());
        v.owed++;
        v.how = e.interrupt;
        if (h.guest.masks.masked(e.vector, e.interrupt)) {
            v.usedWhileMasked = true;
            if (v.raisedSeq < 0) {
                v.raisedSeq = e.seq;
            }
        }
    }

    private void suppressed(CapturedEvent e) {
        Vector v = vectors.get(e.vector);
        if (v != null && v.raisedSeq >= 0 && v.suppressedSeq < 0) {
            v.suppressedSeq = e.seq;
        }
    }

    private static void unmasked(History h, CapturedEvent e, Judge judge, int number, Vector v) {
        if (h.guest.masks.masked(number, v.how)) {
            return;
        }
        if (v.usedWhileMasked) {
            judge.chance();
            v.usedWhileMasked = false;
        }
        if (v.raisedSeq < 0 || v.unmaskSeq >= 0) {
            return;
        }
        // Not said to be dropped, or nothing surely behind it: it may just be on its way.
        if (v.suppressedSeq < 0 || v.owed <= 0) {
            v.settled();
            return;
        }
        v.unmaskSeq = e.seq;
        v.unmaskNs = e.timeNs;
    }

    private void taken(History h, CapturedEvent e, Judge judge, int number) {
        Vector v = vectors.get(number);
        if (v == null) {
            if (number < 0 || number >= VectorMasks.VECTORS_MAX) {
                return;
            }
            v = new Vector();
            v.how = InterruptKind.MSIX;
            vectors.put(number, v);
        }
        v.usedWhileMasked |= h.guest.masks.masked(number, v.how);
        v.owed--;
        long lateNs = e.timeNs - v.unmaskNs;
        if (v.unmaskSeq < 0 || lateNs <= judge.settings().of(UNCHECKED)) {
            v.settled();
        } else {
            late(h, e, judge, v, number);
        }
        if (v.owed > 0 && !busy(h, number)) {
            // More messages than completions: one came for nothing, and would count for ever.
            v.owed = 0;
        }
    }

    /**
     * The unmask was long ago. A command that was issued after the message was dropped completes by
     * a message of its own, and shows that its queue was looked at; entries are taken in order.
     */
    private static void late(History h, CapturedEvent e, Judge judge, Vector v, int number) {
        Command c = h.facts.command;
        if (c == null || c.startSeq < 0 || v.lookedAt.contains(e.qid)) {
            return;
        }
        if (c.startSeq > v.raisedSeq) {
            v.lookedAt.add(e.qid);
            return;
        }
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "An interrupt on vector %d was dropped while the guest masked it; the"
                                + " completion of command %d was there and is taken %d ms after the"
                                + " unmask.",
                        number, c.cid, (e.timeNs - v.unmaskNs) / 1_000_000),
                Where.of(c),
                v.raisedSeq,
                v.suppressedSeq,
                v.unmaskSeq,
                e.seq);
        v.settled();
    }

    /** Whether a command is out whose completion will come by this vector. */
    private static boolean busy(History h, int vector) {
        for (Command c : h.device.inFlight.values()) {
            SubmissionQueue sq = h.device.sqs.get(c.sqid);
            CompletionQueue cq = sq == null ? null : h.device.cqs.get(sq.cqid);
            if (cq != null && cq.vector == vector && !c.waitsForEvent() && !c.released) {
                return true;
            }
        }
        return false;
    }

    private void forgetDeleted(History h) {
        Command c = h.facts.command;
        if (c == null || !c.admin() || c.opcode != Opcodes.ADMIN_DELETE_CQ) {
            return;
        }
        vectors.keySet()
                .removeIf(n -> h.device.cqs.values().stream().noneMatch(q -> q.vector == n));
    }
}
