package io.nvmetap.capture;

import java.nio.file.Path;

/**
 * Where events wait while the topic cannot be reached, and how many.
 *
 * @param folder of one agent alone
 * @param bytesMax of all files in it, {@link #BYTES_MIN} to {@link #BYTES_MAX}
 * @param drop what is given up when it is full
 */
public record SpoolSettings(Path folder, long bytesMax, Drop drop) {
    /** Smallest spool: four files. */
    public static final long BYTES_MIN = 4L * SpoolChunk.BYTES;

    /** Unless asked, 1 GiB: about 20 million events. */
    public static final long BYTES_DEFAULT = 1L << 30;

    /** Largest spool, 1 TiB. */
    public static final long BYTES_MAX = 1L << 40;

    /** What a full spool gives up. */
    public enum Drop {
        /** What has waited longest: the present is recorded, the past has a gap. */
        OLDEST,
        /** What comes: the past is recorded, the present has a gap. */
        NEWEST
    }

    /**
     * @throws IllegalArgumentException if the size is out of range
     */
    public SpoolSettings {
        if (bytesMax < BYTES_MIN || bytesMax > BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a spool has " + BYTES_MIN + " to " + BYTES_MAX + " bytes, not " + bytesMax);
        }
    }
}
