package io.nvmetap.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * A submission queue as recorded: what was rung, and which ring each fetched command belongs to.
 */
final class SubmissionTrack {
    final int sizeEntries;
    final int cqid;
    int tail;
    private final ArrayDeque<Ring> open = new ArrayDeque<>();

    SubmissionTrack(int sizeEntries, int cqid, int tail) {
        this.sizeEntries = sizeEntries;
        this.cqid = cqid;
        this.tail = tail;
    }

    /** Entries between the tail and a new value. */
    int advance(int value) {
        return Math.floorMod(value - tail, sizeEntries);
    }

    /**
     * A doorbell that covers {@code entries} more; the list it returns fills as they are fetched.
     */
    List<Exchange> ring(int value, int entries) {
        tail = value;
        Ring ring = new Ring(entries);
        open.add(ring);
        return ring.exchanges;
    }

    /**
     * A command fetched.
     *
     * @return false if no doorbell covers it
     */
    boolean fetched(Exchange exchange) {
        Ring ring = open.peek();
        if (ring == null) {
            return false;
        }
        if (!exchange.hidden) {
            ring.exchanges.add(exchange);
        }
        if (--ring.left == 0) {
            open.remove();
        }
        return true;
    }

    /** A command fetched that no doorbell covers: the tail moves with it. */
    void inferred() {
        tail = (tail + 1) % sizeEntries;
    }

    /** Entries rung and not fetched. */
    long unfetched() {
        return open.stream().mapToLong(r -> r.left).sum();
    }

    private static final class Ring {
        final List<Exchange> exchanges = new ArrayList<>(1);
        int left;

        Ring(int left) {
            this.left = left;
        }
    }
}
