package io.nvmetap.plan;

import java.util.ArrayDeque;

/** A completion queue as recorded: entries posted and not acknowledged. */
final class CompletionTrack {
    final int sizeEntries;
    final int vector;
    final boolean interruptsEnabled;
    int head;
    private int before;
    private final ArrayDeque<Exchange> unacknowledged = new ArrayDeque<>();

    CompletionTrack(int sizeEntries, int vector, boolean interruptsEnabled, int head) {
        this.sizeEntries = sizeEntries;
        this.vector = vector;
        this.interruptsEnabled = interruptsEnabled;
        this.head = head;
    }

    /** Entries that were posted and not acknowledged before the recording began. */
    void postedBefore(int entries) {
        before = entries;
    }

    int advance(int value) {
        return Math.floorMod(value - head, sizeEntries);
    }

    void completed(Exchange exchange) {
        unacknowledged.add(exchange);
        // Acknowledgements that the source missed must not make this grow.
        if (unacknowledged.size() >= sizeEntries) {
            unacknowledged.remove();
        }
    }

    /**
     * @return entries of it that the replay has too
     */
    int acknowledged(int value, int entries) {
        head = value;
        int had = 0;
        int old = Math.min(before, entries);
        before -= old;
        for (int i = old; i < entries && !unacknowledged.isEmpty(); i++) {
            had += unacknowledged.remove().hidden ? 0 : 1;
        }
        return had;
    }

    void interrupted(long seq) {
        for (Exchange exchange : unacknowledged) {
            if (exchange.signalledSeq < 0) {
                exchange.signalledSeq = seq;
            }
        }
    }
}
