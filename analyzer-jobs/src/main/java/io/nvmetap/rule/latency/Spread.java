package io.nvmetap.rule.latency;

import java.io.Serializable;

/** Times in bins that grow by an eighth of a doubling: medians within 9 %, memory bounded. */
final class Spread implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int PER_DOUBLING = 8;
    private static final int DOUBLINGS = 40;

    private final int[] bins = new int[PER_DOUBLING * DOUBLINGS];
    private int count;

    void add(long ns) {
        double bin = PER_DOUBLING * Math.log(Math.max(1, ns)) / Math.log(2);
        bins[Math.min(bins.length - 1, (int) bin)]++;
        count++;
    }

    int count() {
        return count;
    }

    /** The time that so many percent stay below, to a bin; 0 of nothing. */
    long atPercent(int percent) {
        long wanted = Math.max(1, (long) count * percent / 100);
        long seen = 0;
        for (int i = 0; i < bins.length; i++) {
            seen += bins[i];
            if (seen >= wanted && count > 0) {
                return Math.max(1, Math.round(Math.pow(2, (i + 0.5) / PER_DOUBLING)));
            }
        }
        return 0;
    }
}
