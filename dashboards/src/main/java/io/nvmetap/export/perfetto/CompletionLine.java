package io.nvmetap.export.perfetto;

import io.nvmetap.event.InterruptKind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A completion queue on one side: completions not acknowledged, completions nobody told of. */
final class CompletionLine {
    /** Completions that wait to be told of by an interrupt; the oldest are forgotten first. */
    static final int UNTOLD_MAX = 4096;

    private final Map<Long, Span> pending = new LinkedHashMap<>();
    private final ArrayDeque<Span> untold = new ArrayDeque<>();
    private long unseenSlots;
    private Span last;

    /** Interrupt vector, -1 not known. */
    int vector = -1;

    /**
     * A completion was written to a slot, -1 not seen.
     *
     * @return one that was in the slot and was never acknowledged, null if there is none
     */
    Span completed(Span s, int slot) {
        s.line = this;
        s.lineKey = slot >= 0 ? slot : --unseenSlots;
        // Removed first: put alone would leave it at the old one's place in the order.
        Span overwritten = pending.remove(s.lineKey);
        pending.put(s.lineKey, s);
        last = s;
        if (untold.size() == UNTOLD_MAX) {
            untold.poll();
        }
        untold.add(s);
        return overwritten;
    }

    /** Its slice ended; it waits no longer. */
    void closed(Span s) {
        pending.remove(s.lineKey, s);
    }

    /**
     * The head doorbell was rung.
     *
     * @return completions in slots before {@code head}, in their order; none if the head is none
     *     that the completions written can explain
     */
    List<Span> acknowledged(int head) {
        boolean within = pending.containsKey((long) head);
        boolean all = last != null && (last.lineKey < 0 || last.lineKey + 1 == head || head == 0);
        List<Span> done = new ArrayList<>();
        if (!within && !all) {
            return done;
        }
        for (Iterator<Span> i = pending.values().iterator(); i.hasNext(); ) {
            Span s = i.next();
            if (within && s.lineKey == head) {
                break;
            }
            done.add(s);
            i.remove();
        }
        return done;
    }

    /**
     * @return completions that an interrupt of this vector tells of; told once
     */
    List<Span> told(int newVector, InterruptKind kind) {
        boolean pin = kind == InterruptKind.INTX || kind == InterruptKind.UNKNOWN;
        if (!pin && vector >= 0 && vector != newVector) {
            return List.of();
        }
        List<Span> told = untold.stream().filter(s -> s.open).toList();
        untold.clear();
        return told;
    }

    /**
     * @return completions not acknowledged
     */
    List<Span> pending() {
        return List.copyOf(pending.values());
    }
}
