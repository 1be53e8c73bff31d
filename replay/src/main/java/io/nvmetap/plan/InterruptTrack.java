package io.nvmetap.plan;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import java.util.List;
import java.util.TreeSet;

/** How interrupts travelled in the recording, and the MSI-X table as far as it was seen. */
final class InterruptTrack {
    /** Bytes of an MSI-X table entry, and where its vector control is (PCIe Base, MSI-X). */
    static final int MSIX_ENTRY_BYTES = 16;

    static final int MSIX_CONTROL = 12;

    /** Vectors of an MSI-X table at most. */
    static final int VECTORS_MAX = 2048;

    private final PlanBuilder plan;
    private final QueueBook queues;
    private final boolean tableSeen;
    private final TreeSet<Integer> maskedBefore = new TreeSet<>();
    private boolean restored;
    private final TreeSet<Integer> vectors = new TreeSet<>();
    private final TreeSet<Integer> masked = new TreeSet<>();
    private final TreeSet<Integer> touched = new TreeSet<>();
    private InterruptKind kind = InterruptKind.UNKNOWN;
    private int place = -1;
    private int turn = -1;

    InterruptTrack(PlanBuilder plan, QueueBook queues, boolean tableSeen) {
        this.plan = plan;
        this.queues = queues;
        this.tableSeen = tableSeen;
    }

    /** The recording begins late: the table was written before it, but for these vectors. */
    void restored(List<Integer> stillMasked) {
        restored = true;
        maskedBefore.addAll(stillMasked);
        masked.addAll(stillMasked);
    }

    void epochBegins(Moment at) {
        kind = InterruptKind.UNKNOWN;
        vectors.clear();
        place = plan.reserve(at);
        turn = -1;
    }

    void epochEnded() {
        kind = InterruptKind.UNKNOWN;
        place = -1;
        turn = -1;
    }

    /** An interrupt that the guest got (or, without a mediator, that the controller raised). */
    void interrupted(CapturedEvent e, Moment at) {
        queues.interrupted(e.vector, e.interrupt == InterruptKind.INTX, at.seq());
        if (e.interrupt == InterruptKind.UNKNOWN || e.vector < 0 || e.vector >= VECTORS_MAX) {
            return;
        }
        if (kind != InterruptKind.UNKNOWN && e.interrupt != kind) {
            vectors.clear();
            place = turn >= 0 ? turn : plan.reserve(at);
        }
        turn = -1;
        boolean fresh = kind != e.interrupt;
        kind = e.interrupt;
        boolean more = vectors.addAll(queues.vectors());
        more |= vectors.add(e.vector);
        if (place >= 0 && (fresh || more)) {
            boolean infer = kind == InterruptKind.MSIX && (!tableSeen || restored);
            List<Integer> open = vectors.stream().filter(v -> !maskedBefore.contains(v)).toList();
            plan.settle(place, kind, infer ? open : List.of());
            if (fresh) {
                plan.adapt(Adaptation.INTERRUPT_MODE_INFERRED);
                plan.adapt(Adaptation.MSIX_TABLE_INFERRED, infer ? 1 : 0);
            }
        }
    }

    void tableWritten(CapturedEvent e, Moment at) {
        int vector = (int) Math.min(e.registerOffset / MSIX_ENTRY_BYTES, VECTORS_MAX);
        if (vector >= VECTORS_MAX || e.registerOffset < 0) {
            return;
        }
        maybeTurn(at);
        if (e.registerOffset % MSIX_ENTRY_BYTES == MSIX_CONTROL) {
            mark(vector, (e.value & 1) != 0);
        }
        plan.add(
                new Stimulus.WriteRegister(
                        at, RegisterSpace.MSIX_TABLE, e.registerOffset, e.widthBytes, e.value));
    }

    /** VectorMasked, VectorUnmasked: the same access as a table write, if that was not seen. */
    void vector(CapturedEvent e, Moment at) {
        if (e.vector < 0 || e.vector >= VECTORS_MAX) {
            return;
        }
        maybeTurn(at);
        long control = (long) e.vector * MSIX_ENTRY_BYTES + MSIX_CONTROL;
        if (e.kind == EventKind.VECTOR_FLUSHED) {
            plan.add(new Stimulus.ReadRegister(at, RegisterSpace.MSIX_TABLE, control, 4, 0, false));
            return;
        }
        boolean mask = e.kind == EventKind.VECTOR_MASKED;
        if (touched.contains(e.vector) && masked.contains(e.vector) == mask) {
            return;
        }
        mark(e.vector, mask);
        plan.add(
                new Stimulus.WriteRegister(at, RegisterSpace.MSIX_TABLE, control, 4, mask ? 1 : 0));
    }

    /** A guest that changes how interrupts travel touches the table: it may be doing that here. */
    private void maybeTurn(Moment at) {
        if (turn < 0) {
            turn = plan.reserve(at);
        }
    }

    private void mark(int vector, boolean mask) {
        touched.add(vector);
        if (mask) {
            masked.add(vector);
        } else {
            masked.remove(vector);
        }
    }
}
