package io.nvmetap.device.model;

/** How much slower a worn drive is: twice as slow after so many bytes written. */
final class Wear {
    private static final long TWICE_AS_SLOW_BYTES = 32L << 20;

    private final boolean on;
    private long writtenBytes;

    Wear(boolean on) {
        this.on = on;
    }

    void written(long bytes) {
        writtenBytes += on ? Math.max(0, bytes) : 0;
    }

    /** The mapping is laid out afresh. */
    void formatted() {
        writtenBytes = 0;
    }

    /** What takes {@code ns} on a fresh drive. */
    long scale(long ns) {
        return ns + (long) (ns * ((double) writtenBytes / TWICE_AS_SLOW_BYTES));
    }
}
