package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import java.io.Serializable;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** Interrupts that never come: of every vector but 0, or of all while MSI is on. */
final class VectorNotes implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Completions without an interrupt, and interrupts of vector 0, that prove it. */
    private static final int COMPLETIONS = 16;

    private static final int INTERRUPTS = 8;
    private static final int QUEUES_MAX = 65_536;

    private static final class Queue implements Serializable {
        private static final long serialVersionUID = 1L;
        int completions;
        long firstSeq = -1;
        boolean silenced;
    }

    private final Shown shown;
    private final PciCapabilities pci = new PciCapabilities();
    private final Map<Integer, Queue> queues = new HashMap<>();
    private final BitSet raised = new BitSet();
    private int raisedZero;
    private boolean seesInterrupts;
    private int allSilent;
    private long firstSilentSeq = -1;

    VectorNotes(Shown shown) {
        this.shown = shown;
    }

    void gap() {
        restart();
        pci.forget();
    }

    private void restart() {
        queues.clear();
        raised.clear();
        raisedZero = 0;
        allSilent = 0;
        firstSilentSeq = -1;
    }

    void note(History h, CapturedEvent e) {
        boolean config =
                e.space == RegisterSpace.PCI_CONFIG
                        && (e.kind == EventKind.REGISTER_WRITTEN
                                || e.kind == EventKind.REGISTER_READ && e.flag);
        if (config && pci.note(e)) {
            restart();
        }
        if (e.side != Side.DEVICE) {
            return;
        }
        if (h.facts.enabled || h.facts.disabled) {
            restart();
        } else if (e.kind == EventKind.INTERRUPT_RAISED && e.vector >= 0) {
            seesInterrupts = true;
            allSilent = 0;
            firstSilentSeq = -1;
            boolean message = e.interrupt == InterruptKind.MSIX || e.interrupt == InterruptKind.MSI;
            raised.set(Math.min(e.vector, QUEUES_MAX));
            raisedZero += message && e.vector == 0 ? 1 : 0;
        } else if (e.kind == EventKind.COMPLETION_SEEN && h.facts.cq != null) {
            completed(h, h.facts.cq, e);
        } else if (e.kind == EventKind.VECTOR_MASKED) {
            for (CompletionQueue cq : h.device.cqs.values()) {
                if (cq.vector == e.vector) {
                    queue(cq).silenced = true;
                }
            }
        }
    }

    private Queue queue(CompletionQueue cq) {
        return queues.computeIfAbsent(cq.qid, q -> new Queue());
    }

    private void completed(History h, CompletionQueue cq, CapturedEvent e) {
        if (!cq.interruptsEnabled) {
            return;
        }
        firstSilentSeq = firstSilentSeq < 0 ? e.seq : firstSilentSeq;
        if (pci.msi() && ++allSilent >= COMPLETIONS && seesInterrupts) {
            shown.add(
                    Quirk.BROKEN_MSI,
                    COMPLETIONS
                            + " completions with MSI on and not one interrupt, which came"
                            + " otherwise",
                    firstSilentSeq,
                    e.seq);
        }
        if (cq.vector == 0 || h.device.masks.masked(cq.vector, InterruptKind.MSIX)) {
            return;
        }
        Queue q = queue(cq);
        q.completions++;
        q.firstSeq = q.firstSeq < 0 ? e.seq : q.firstSeq;
        boolean silent = !raised.get(Math.min(cq.vector, QUEUES_MAX)) && !q.silenced;
        if (silent && q.completions >= COMPLETIONS && raisedZero >= INTERRUPTS) {
            shown.add(
                    Quirk.SINGLE_VECTOR,
                    String.format(
                            "%d completions on a queue of vector %d without its interrupt, while"
                                    + " vector 0 came %d times",
                            q.completions, cq.vector, raisedZero),
                    q.firstSeq,
                    e.seq);
        }
    }
}
