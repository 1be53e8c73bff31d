package io.nvmetap.rule.latency;

import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether times drift. Each kind of command has its own first times to be compared with; what is
 * looked at is how many times longer than those the latest take, over all kinds, in lots. Bounded:
 * kinds, and samples of a lot.
 */
final class DriftMeter implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Samples of a lot; slow lots in a row that count; first samples of a kind. */
    static final int LOT = 64;

    private static final int LOTS = 4;
    static final int FIRST = 15;
    private static final int KINDS_MAX = 1024;

    /** The mediator's own time may grow by a quarter or by so much, and is still as before. */
    private static final long SAME_NS = 10_000;

    private static final class Base implements Serializable {
        private static final long serialVersionUID = 1L;
        long[] firstNs = new long[FIRST];
        int count;
        long medianNs = -1;
    }

    private final Map<Long, Base> bases = new HashMap<>();
    private final long[] percents = new long[LOT];
    private final long[] risesNs = new long[LOT];
    private final long[] lateNs = new long[LOT];
    private final long[] mediatorNs = new long[LOT];
    private int count;
    private int mediatorCount;
    private int slowLots;
    private long calmLateNs = -1;
    private long calmMediatorNs = -1;
    private long percent;
    private long riseNs;
    private long fromSeq = -1;

    /** Sizes that differ by less than a fifth, depths by less than twice, are the same kind. */
    static long kind(long bytes, int inFlight) {
        int octave = 63 - Long.numberOfLeadingZeros(Math.max(4, bytes));
        long quarter = Math.max(4, bytes) >>> octave - 2 & 3;
        int depth = 32 - Integer.numberOfLeadingZeros(inFlight);
        return (long) depth << 16 | (long) octave << 2 | quarter;
    }

    /**
     * One more time.
     *
     * @param lateNs how long after the interrupt its completion was looked at
     * @return a lot is complete
     */
    boolean device(long kind, long ns, long late, long seq) {
        Base base = bases.get(kind);
        if (base == null) {
            if (bases.size() >= KINDS_MAX) {
                return false;
            }
            base = new Base();
            bases.put(kind, base);
        }
        if (base.medianNs < 0) {
            fromSeq = fromSeq < 0 ? seq : fromSeq;
            base.firstNs[base.count++] = ns;
            if (base.count == FIRST) {
                Arrays.sort(base.firstNs);
                base.medianNs = Math.max(1, base.firstNs[FIRST / 2]);
                base.firstNs = null;
            }
            return false;
        }
        percents[count] = ns * 100 / base.medianNs;
        risesNs[count] = ns - base.medianNs;
        lateNs[count] = late;
        return ++count == LOT;
    }

    /** What the mediator took for a command. */
    void mediator(long ns) {
        mediatorNs[mediatorCount++ % LOT] = ns;
    }

    /** Judges the lot that is complete and begins the next. */
    boolean slower(long ratioPercent, long riseMin) {
        count = 0;
        boolean learns = calmLateNs < 0 || calmMediatorNs < 0 || mediatorCount <= 2 * LOT;
        if (!learns && !longer(ratioPercent)) {
            // As fast as ever: no median would change anything.
            slowLots = 0;
            return false;
        }
        percent = median(percents);
        riseNs = median(risesNs);
        long late = median(lateNs);
        long mediator = mediatorCount < LOT ? 0 : median(mediatorNs.clone());
        calmLateNs = calmLateNs < 0 ? late : calmLateNs;
        calmMediatorNs = calmMediatorNs < 0 || mediatorCount <= 2 * LOT ? mediator : calmMediatorNs;
        boolean flat = flat(late, calmLateNs) && flat(mediator, calmMediatorNs);
        boolean slow = percent > ratioPercent && riseNs >= riseMin && flat;
        slowLots = slow ? slowLots + 1 : 0;
        return slowLots >= LOTS;
    }

    /** The median is over the ratio. */
    private boolean longer(long ratioPercent) {
        int over = 0;
        for (long p : percents) {
            over += p > ratioPercent ? 1 : 0;
        }
        return over >= LOT - LOT / 2;
    }

    private static boolean flat(long ns, long calmNs) {
        return ns <= Math.max(calmNs + calmNs / 4, calmNs + SAME_NS);
    }

    private static long median(long[] samples) {
        Arrays.sort(samples);
        return samples[samples.length / 2];
    }

    long percent() {
        return percent;
    }

    long riseNs() {
        return riseNs;
    }

    long fromSeq() {
        return fromSeq;
    }
}
