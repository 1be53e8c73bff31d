package io.nvmetap.rule.stall;

import java.io.Serializable;

/**
 * The time in which the device side was busy, cut into windows, with the {@link Suspect} facts and
 * the stalls of each. A fact is near a window if it is in it or in the one before or after.
 */
final class Windows implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long WINDOW_NS = 5_000_000;

    /** Windows that are remembered one by one: over two busy seconds, beyond any deadline. */
    static final int KEPT = 512;

    private static final int FACTS = Suspect.values().length;

    private final long[] startNs = new long[KEPT];
    private final long[] firstSeq = new long[KEPT];
    private final int[] facts = new int[KEPT];
    private final boolean[] stalled = new boolean[KEPT];

    /** Events after the first of the window, for each fact. */
    private final int[] factAfter = new int[KEPT * FACTS];

    /** All windows so far, those near a fact, those in which a stall began, both. */
    private long windows;

    private final long[] nearFact = new long[FACTS];
    private long stalls;
    private final long[] nearBoth = new long[FACTS];

    /** The device side was busy. */
    void busy(long nowNs, long seq, int shown) {
        if (windows == 0 || nowNs - startNs[at(windows - 1)] >= WINDOW_NS) {
            open(nowNs, seq);
        }
        long current = windows - 1;
        if ((shown & ~facts[at(current)]) == 0) {
            return;
        }
        for (int f = 0; f < FACTS; f++) {
            if ((shown >>> f & 1) != 0 && (facts[at(current)] >>> f & 1) == 0) {
                long after = Math.min(Integer.MAX_VALUE, seq - firstSeq[at(current)]);
                factAfter[at(current) * FACTS + f] = (int) after;
            }
        }
        int before = near(current);
        int justBefore = current > 0 ? near(current - 1) : 0;
        facts[at(current)] |= shown;
        count(near(current) & ~before);
        count(current > 0 ? near(current - 1) & ~justBefore : 0);
    }

    private void open(long nowNs, long seq) {
        int i = at(windows++);
        startNs[i] = nowNs;
        firstSeq[i] = seq;
        facts[i] = 0;
        stalled[i] = false;
        count(near(windows - 1));
    }

    private void count(int added) {
        for (int f = 0; added != 0 && f < FACTS; f++) {
            nearFact[f] += added >>> f & 1;
        }
    }

    private static int at(long window) {
        return (int) (window % KEPT);
    }

    private long oldest() {
        return Math.max(0, windows - KEPT);
    }

    /** Facts near a window. */
    int near(long window) {
        int all = facts[at(window)];
        all |= window > oldest() ? facts[at(window - 1)] : 0;
        return all | (window + 1 < windows ? facts[at(window + 1)] : 0);
    }

    /** The window of an event, or the oldest that is remembered; -1 there is none. */
    long of(long seq) {
        for (long w = windows - 1; w >= oldest(); w--) {
            if (firstSeq[at(w)] <= seq || w == oldest()) {
                return w;
            }
        }
        return -1;
    }

    long startNs(long window) {
        return startNs[at(window)];
    }

    /** A stall began in the window; each window counts once. */
    void stall(long window) {
        int i = at(window);
        if (stalled[i]) {
            return;
        }
        stalled[i] = true;
        stalls++;
        int near = near(window);
        for (int f = 0; f < FACTS; f++) {
            nearBoth[f] += near >>> f & 1;
        }
    }

    /** The event that showed a fact near a window, -1 none. */
    long seq(long window, Suspect fact) {
        for (long w = Math.max(oldest(), window - 1); w <= window + 1 && w < windows; w++) {
            if ((facts[at(w)] & fact.bit()) != 0) {
                return firstSeq[at(w)] + factAfter[at(w) * FACTS + fact.ordinal()];
            }
        }
        return -1;
    }

    long windows() {
        return windows;
    }

    long stalls() {
        return stalls;
    }

    /** Windows near a fact. */
    long with(Suspect fact) {
        return nearFact[fact.ordinal()];
    }

    /** P(stall | fact) / P(stall). */
    double lift(Suspect fact) {
        long near = nearFact[fact.ordinal()];
        return near == 0 || stalls == 0
                ? 0
                : (double) nearBoth[fact.ordinal()] / near * windows / stalls;
    }
}
