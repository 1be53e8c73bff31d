package io.nvmetap.target;

/**
 * Where the guest of a replay may have its memory.
 *
 * @param base first address, a multiple of 64 KiB
 * @param bytes its size
 */
public record MemoryWindow(long base, long bytes) {
    /** For drivers that take any address. */
    public static final MemoryWindow ANY = new MemoryWindow(MemoryRange.BASE, MemoryRange.BYTES);
}
