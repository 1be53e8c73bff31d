package io.nvmetap.target;

/** Where a replay's guest has its memory. */
public final class MemoryRange {
    /**
     * First address: low memory stays unmapped so that a null pointer faults, and the admin queues,
     * laid out first, stay below 4 GiB for guests that never write the upper halves.
     */
    public static final long BASE = 0x1000_0000L;

    /** Bytes of guest memory. */
    public static final long BYTES = 64L << 30;

    private MemoryRange() {}
}
