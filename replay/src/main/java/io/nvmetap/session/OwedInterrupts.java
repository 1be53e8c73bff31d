package io.nvmetap.session;

import io.nvmetap.compare.Comparator;
import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Uncompared;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Completions that arrived and are not acknowledged, and whether their interrupts came. */
final class OwedInterrupts {
    private final InterruptLog interrupts;
    private final Comparator comparator;
    private final Map<Integer, ArrayDeque<Arrived>> queues = new HashMap<>();

    /**
     * @param comparator told of interrupts that cannot be compared
     */
    OwedInterrupts(InterruptLog interrupts, Comparator comparator) {
        this.interrupts = interrupts;
        this.comparator = comparator;
    }

    /** A completion: whose, null nobody's, and when on the clock of interrupts. */
    private record Arrived(Submitted command, long moment) {
        boolean signalled() {
            return command != null && command.exchange.signalled();
        }
    }

    void open(int cqid) {
        queues.put(cqid, new ArrayDeque<>());
    }

    void clear() {
        queues.clear();
    }

    void arrived(int cqid, Submitted command, long moment) {
        ArrayDeque<Arrived> waiting = queues.get(cqid);
        if (waiting != null) {
            waiting.add(new Arrived(command, moment));
        }
    }

    /** The first of the next {@code entries} completions whose recorded interrupt has not come. */
    Optional<Divergence> first(CompletionRing ring, int entries) {
        return queues.get(ring.cqid).stream()
                .limit(entries)
                .filter(a -> !told(ring, a))
                .findFirst()
                .map(a -> neverTold(ring, a));
    }

    /** The first completion whose interrupt, recorded before {@code seq}, has not come. */
    Optional<Divergence> before(CompletionRing ring, long seq) {
        return queues.get(ring.cqid).stream()
                .filter(a -> a.signalled() && a.command.exchange.signalledSeq() < seq)
                .filter(a -> !told(ring, a))
                .findFirst()
                .map(a -> neverTold(ring, a));
    }

    private boolean told(CompletionRing ring, Arrived arrived) {
        return !arrived.signalled()
                || !ring.interruptsEnabled
                || interrupts.since(arrived.moment, ring.vector)
                || interrupts.maskedBefore(arrived.moment, ring.vector);
    }

    private Divergence neverTold(CompletionRing ring, Arrived arrived) {
        return new Divergence(
                arrived.command.exchange.signalledSeq(),
                arrived.command.exchange.describe()
                        + ": completed, but no interrupt came on vector "
                        + ring.vector
                        + ", recorded one"
                        + interrupts.insteadSince(arrived.moment));
    }

    /** The guest took so many. */
    void acknowledged(CompletionRing ring, int entries) {
        ArrayDeque<Arrived> waiting = queues.get(ring.cqid);
        for (int i = 0; i < entries && !waiting.isEmpty(); i++) {
            Arrived done = waiting.remove();
            if (done.command != null && !done.signalled()) {
                comparator.count(Uncompared.INTERRUPTS);
            } else if (done.command != null
                    && ring.interruptsEnabled
                    && !interrupts.since(done.moment, ring.vector)) {
                comparator.count(Uncompared.INTERRUPTS_MASKED);
            }
        }
    }
}
