package io.nvmetap.shrink;

import io.nvmetap.event.CapturedEvent;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/**
 * Delta debugging (Zeller and Hildebrandt, Simplifying and Isolating Failure-Inducing Input, IEEE
 * TSE 2002) over the parts of a recording: leaves out halves, quarters, ... single parts, as long
 * as what is left still shows it. What depends on a part that is gone fails to show it and so
 * stays.
 */
public final class Shrinker {
    /** Parts of a recording tried unless told otherwise. */
    public static final int TRIES_DEFAULT = 5_000;

    private final Parts parts;
    private final Predicate<List<CapturedEvent>> shows;
    private final int triesMax;
    private int tries;

    /**
     * @param shows whether a recording still shows what is looked for
     * @param triesMax times {@code shows} is asked at most
     */
    Shrinker(Parts parts, Predicate<List<CapturedEvent>> shows, int triesMax) {
        this.parts = parts;
        this.shows = shows;
        this.triesMax = triesMax;
    }

    /** Times a smaller recording was tried. */
    int tries() {
        return tries;
    }

    /**
     * @param lastSeq event of the recording after which nothing is needed
     * @return parts that are needed
     */
    BitSet shrink(long lastSeq) {
        BitSet kept = new BitSet();
        kept.set(0, parts.count());
        BitSet early = new BitSet();
        for (int part = 0; part < parts.count(); part++) {
            early.set(part, parts.events.get(parts.firstEvent.get(part)).seq <= lastSeq);
        }
        if (stillShows(early)) {
            kept = early;
        }
        boolean smaller = true;
        while (smaller && tries < triesMax) {
            int before = kept.cardinality();
            kept = sweep(kept);
            smaller = kept.cardinality() < before;
        }
        return kept;
    }

    /** From large pieces to single parts, from the end to the beginning. */
    private BitSet sweep(BitSet from) {
        BitSet kept = (BitSet) from.clone();
        for (int size = Math.max(1, kept.cardinality() / 2); size > 0; size /= 2) {
            int[] at = kept.stream().toArray();
            for (int end = at.length; end > 0 && tries < triesMax; end -= size) {
                BitSet less = (BitSet) kept.clone();
                for (int i = Math.max(0, end - size); i < end; i++) {
                    less.clear(at[i]);
                }
                if (less.cardinality() < kept.cardinality() && stillShows(less)) {
                    kept = less;
                }
            }
        }
        return kept;
    }

    private boolean stillShows(BitSet candidate) {
        tries++;
        return shows.test(Recast.of(parts, candidate));
    }
}
