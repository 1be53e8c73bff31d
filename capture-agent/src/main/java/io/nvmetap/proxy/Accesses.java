package io.nvmetap.proxy;

/** Takes the bytes of a region access apart into aligned accesses, as a bus would. */
final class Accesses {
    private Accesses() {}

    /** The widest aligned access that starts here: a power of two up to {@code most}. */
    static int width(long offset, int left, int most) {
        int width = most;
        while (width > left || (offset & width - 1) != 0) {
            width >>= 1;
        }
        return width;
    }

    /** A little-endian number of up to eight bytes. */
    static long value(byte[] data, int from, int width) {
        long value = 0;
        for (int i = width - 1; i >= 0; i--) {
            value = value << 8 | data[from + i] & 0xFF;
        }
        return value;
    }
}
