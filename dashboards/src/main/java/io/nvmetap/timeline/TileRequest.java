package io.nvmetap.timeline;

/**
 * A window of the timeline: {@link #BUCKETS} buckets of {@code 2^level} ns.
 *
 * @param level log2 of a bucket in ns, 0 to {@link #LEVEL_MAX}
 * @param number which tile, counted from time 0
 */
public record TileRequest(int level, long number) {
    /** Buckets of a tile: about as many as it is wide in pixels. */
    public static final int BUCKETS = 512;

    /** A tile of this level is nine years long. */
    public static final int LEVEL_MAX = 49;

    public TileRequest {
        if (level < 0 || level > LEVEL_MAX) {
            throw new IllegalArgumentException("level is 0 to " + LEVEL_MAX);
        }
        if (number < 0 || number > Long.MAX_VALUE / 2 / BUCKETS >> level) {
            throw new IllegalArgumentException("tile number is out of range");
        }
    }

    /** Where it begins. */
    public long fromNs() {
        return number * BUCKETS << level;
    }

    /** Where the next one begins. */
    public long toNs() {
        return (number + 1) * BUCKETS << level;
    }

    /** The bucket of a time, within the tile. */
    int bucket(long timeNs) {
        long b = timeNs - fromNs() >> level;
        return (int) Math.max(0, Math.min(BUCKETS - 1, b));
    }
}
