package io.nvmetap.session;

import java.util.SplittableRandom;

/**
 * How a replay strays from the recording within what the protocol allows, all of it from one seed.
 * A seed is also a temper: some answer fast, some race at every chance, some hold interrupts back;
 * what only one kind of haste brings out is found sooner by many tempers than by one average.
 */
final class Perturbation {
    /** Longest latency that is played with: beyond it, time is what the recording is about. */
    static final long LATENCY_NS_MAX = 100_000_000L;

    /** How far ahead of others a stimulus may go. */
    static final int WINDOW = 4;

    /** How often one stimulus may be overtaken. */
    static final int OVERTAKEN_MAX = 4;

    private static final double[] CHANCES = {0, 0.1, 0.5, 1};
    private static final long[] LATE_NS = {5_000, 50_000, 500_000};
    private static final long FAST_NS = 25_000;
    private static final long SPREAD_NS = 200_000;

    /** As recorded. */
    static final Perturbation NONE = new Perturbation(false, 0);

    private final boolean on;
    private final SplittableRandom guest;
    private final SplittableRandom controller;
    private final SplittableRandom interrupts;
    private final double early;
    private final double late;
    private final double overtake;
    private final double race;
    private final double hold;
    private final long lateNs;
    private final int answers;

    private Perturbation(boolean on, long seed) {
        this.on = on;
        SplittableRandom temper = new SplittableRandom(seed);
        guest = temper.split();
        controller = temper.split();
        interrupts = temper.split();
        early = one(temper);
        late = one(temper) / 2;
        overtake = one(temper) / 2;
        race = one(temper);
        hold = one(temper) / 2;
        lateNs = LATE_NS[temper.nextInt(LATE_NS.length)];
        answers = temper.nextInt(4);
    }

    /** Everything from this seed. */
    static Perturbation of(long seed) {
        return new Perturbation(true, seed);
    }

    private static double one(SplittableRandom random) {
        return CHANCES[random.nextInt(CHANCES.length)];
    }

    /** Whether anything strays. */
    boolean on() {
        return on;
    }

    // ---- the guest ----

    /** The next stimulus comes as soon as it may, not when it was recorded. */
    boolean early() {
        return guest.nextDouble() < early;
    }

    /** How much later than it could the next stimulus comes. */
    long lateNs() {
        return guest.nextDouble() < late ? guest.nextLong(lateNs) : 0;
    }

    /** One that may goes before. */
    boolean overtakes() {
        return guest.nextDouble() < overtake;
    }

    /** Two that may are done at once. */
    boolean races() {
        return guest.nextDouble() < race;
    }

    /** One of {@code count}. */
    int pick(int count) {
        return guest.nextInt(count);
    }

    // ---- the controller that is played back ----

    /** A latency instead of the recorded one. */
    long latencyNs(long recordedNs) {
        if (!on || recordedNs > LATENCY_NS_MAX) {
            return recordedNs;
        }
        return switch (answers) {
            case 0 -> recordedNs;
            case 1 -> controller.nextLong(FAST_NS);
            case 2 -> recordedNs / 2 + controller.nextLong(SPREAD_NS);
            default -> controller.nextBoolean() ? controller.nextLong(FAST_NS) : recordedNs;
        };
    }

    /** Of two doorbells that overlap, the one written first is lost. */
    boolean firstIsLost() {
        return controller.nextBoolean();
    }

    // ---- interrupts ----

    /** How long a message is under way. */
    long messageNs() {
        return on && interrupts.nextDouble() < hold ? interrupts.nextLong(lateNs) : 0;
    }
}
