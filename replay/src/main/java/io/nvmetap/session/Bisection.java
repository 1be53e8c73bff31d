package io.nvmetap.session;

import java.util.OptionalLong;
import java.util.TreeSet;

/**
 * The search for the first bad build between a good and a bad one, in either direction. Builds that
 * say nothing are passed over for the nearest that may.
 */
final class Bisection {
    private final long good;
    private final long step;
    private final TreeSet<Long> skipped = new TreeSet<>();
    private long lower;
    private long upper;

    /**
     * @param good number of a build that is
     * @param bad number of one that is not
     */
    Bisection(long good, long bad) {
        this.good = good;
        this.step = Long.signum(bad - good);
        this.upper = Math.abs(bad - good);
    }

    /** What a build turned out to be. */
    enum Answer {
        GOOD,
        BAD,
        SKIP
    }

    private long number(long place) {
        return good + step * place;
    }

    /** The build to try next; empty: no more can be told. */
    OptionalLong next() {
        long middle = lower + (upper - lower) / 2;
        for (long away = 0; away < upper - lower; away++) {
            if (untried(middle - away)) {
                return OptionalLong.of(number(middle - away));
            }
            if (untried(middle + away)) {
                return OptionalLong.of(number(middle + away));
            }
        }
        return OptionalLong.empty();
    }

    private boolean untried(long place) {
        return place > lower && place < upper && !skipped.contains(place);
    }

    /** Takes note of what {@link #next} was. */
    void answer(long build, Answer answer) {
        long place = (build - good) * step;
        switch (answer) {
            case GOOD -> lower = place;
            case BAD -> upper = place;
            default -> skipped.add(place);
        }
    }

    /** The first bad build is one of those after this, which is good. */
    long lastGood() {
        return number(lower);
    }

    /** It is not after this. */
    long firstKnownBad() {
        return number(upper);
    }

    /** Whether only one build is left. */
    boolean certain() {
        return upper - lower == 1;
    }
}
