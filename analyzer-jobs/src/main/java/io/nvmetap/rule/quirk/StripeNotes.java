package io.nvmetap.rule.quirk;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Whether reads and writes that cross a boundary of 128 KiB take longer than others of the same
 * size. Times are counted in buckets an eighth apart, for few sizes.
 */
final class StripeNotes implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long STRIPE = 128 << 10;
    private static final int SIZES_MAX = 16;
    private static final int COMMANDS = 100;

    /** Over 1.5, whatever the buckets round away. */
    private static final double RATIO = 1.7;

    /** Bits below the highest that tell buckets apart. */
    private static final int FINE = 3;

    private static final int BUCKETS = 320;

    private static final class Size implements Serializable {
        private static final long serialVersionUID = 1L;
        final int[] crossing = new int[BUCKETS];
        final int[] within = new int[BUCKETS];
        int crossings;
        int withins;
        long firstSeq = -1;

        /** Null in older state; the first bucket is right to begin with. */
        Middle crossingMiddle = new Middle();

        Middle withinMiddle = new Middle();
    }

    /** The bucket of a median, which moves little from one time to the next. */
    private static final class Middle implements Serializable {
        private static final long serialVersionUID = 1L;
        private int bucket;

        /** Times in buckets before it. */
        private int below;

        void counted(int at) {
            below += at < bucket ? 1 : 0;
        }

        double of(int[] buckets, int count) {
            while (bucket > 0 && 2 * below >= count) {
                below -= buckets[--bucket];
            }
            while (2 * (below + buckets[bucket]) < count) {
                below += buckets[bucket++];
            }
            return Math.pow(2, bucket >>> FINE) * (1 + (bucket & 7) / 8.0);
        }
    }

    private final Shown shown;
    private final Map<Integer, Size> sizes = new HashMap<>();

    StripeNotes(Shown shown) {
        this.shown = shown;
    }

    void note(History h, CapturedEvent e) {
        Command c = e.kind == EventKind.COMPLETION_SEEN ? h.facts.command : null;
        boolean data = c != null && c.blocks > 0 && c.dataBytes > 0 && c.dataBytes <= STRIPE;
        if (!data
                || !c.cdw10AllKnown
                || !c.cdw11Known
                || !h.facts.succeeded
                || h.header.unseen().contains(Unseen.REAL_TIME)) {
            return;
        }
        Size size = sizes.get(key(c));
        if (size == null) {
            if (sizes.size() >= SIZES_MAX) {
                return;
            }
            size = new Size();
            sizes.put(key(c), size);
        }
        long from = c.rungNs >= 0 ? c.rungNs : c.startNs;
        add(size, c, c.doneNs - from, e.seq);
    }

    private static int key(Command c) {
        return c.opcode << 16 | octave(c.dataBytes, 2);
    }

    /** The highest bits of a number and their place: grows with it, a step for each share. */
    private static int octave(long n, int bits) {
        long v = Math.max(n, 1L << bits);
        int top = 63 - Long.numberOfLeadingZeros(v);
        return top << bits | (int) (v >>> top - bits & (1 << bits) - 1);
    }

    private void add(Size size, Command c, long ns, long seq) {
        long block = c.dataBytes / c.blocks;
        long slba = (long) c.cdw11 << 32 | c.cdw10 & 0xFFFF_FFFFL;
        long at = slba * block;
        boolean crosses = at / STRIPE != (at + c.dataBytes - 1) / STRIPE;
        int bucket = Math.min(BUCKETS - 1, octave(ns, FINE));
        count(size, crosses, bucket);
        size.crossings += crosses ? 1 : 0;
        size.withins += crosses ? 0 : 1;
        size.firstSeq = size.firstSeq < 0 && crosses ? c.startSeq : size.firstSeq;
        if (crosses && size.crossings >= COMMANDS && size.withins >= COMMANDS) {
            double ratio =
                    size.crossingMiddle.of(size.crossing, size.crossings)
                            / size.withinMiddle.of(size.within, size.withins);
            if (ratio >= RATIO) {
                shown.add(
                        Quirk.STRIPE_SIZE,
                        String.format(
                                Locale.ROOT,
                                "%d commands of about %d KiB that cross 128 KiB take %.1f times as"
                                        + " long as %d that do not",
                                size.crossings,
                                c.dataBytes >> 10,
                                ratio,
                                size.withins),
                        size.firstSeq,
                        seq);
            }
        }
    }

    private static void count(Size size, boolean crosses, int bucket) {
        if (size.crossingMiddle == null) {
            size.crossingMiddle = new Middle();
            size.withinMiddle = new Middle();
        }
        (crosses ? size.crossing : size.within)[bucket]++;
        (crosses ? size.crossingMiddle : size.withinMiddle).counted(bucket);
    }
}
