package io.nvmetap.compare;

/**
 * Seeds of a perturbed replay.
 *
 * @param seed the one the verdict is about
 * @param first first one asked for
 * @param last last one asked for
 */
public record Seeds(long seed, long first, long last) {
    /** Seeds tried, the verdict's among them. */
    public long tried() {
        return seed - first + 1;
    }

    /** Seeds asked for. */
    public long count() {
        return last - first + 1;
    }
}
