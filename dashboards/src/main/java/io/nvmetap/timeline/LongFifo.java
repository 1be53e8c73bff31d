package io.nvmetap.timeline;

import java.util.Arrays;

/** First in, first out, up to {@link #ENTRIES_MAX} numbers; then the oldest goes. */
final class LongFifo {
    /** A queue has no more entries than this. */
    static final int ENTRIES_MAX = 65_536;

    private long[] ring = new long[16];
    private int first;
    private int size;

    void add(long value) {
        if (size == ENTRIES_MAX) {
            poll();
        }
        if (size == ring.length) {
            long[] larger = new long[size * 2];
            for (int i = 0; i < size; i++) {
                larger[i] = ring[(first + i) % ring.length];
            }
            ring = larger;
            first = 0;
        }
        ring[(first + size++) % ring.length] = value;
    }

    /**
     * @return the oldest, {@code none} if there is none
     */
    long poll(long none) {
        return size == 0 ? none : poll();
    }

    private long poll() {
        long value = ring[first];
        first = (first + 1) % ring.length;
        size--;
        return value;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
        Arrays.fill(ring, 0);
    }
}
