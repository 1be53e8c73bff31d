package io.nvmetap.device.model;

/** Checks that every store makes. */
final class Blocks {
    private Blocks() {}

    static int checkedBlock(int blockBytes) {
        if (blockBytes != 512 && blockBytes != 4096) {
            throw new IllegalArgumentException(
                    "logical block of " + blockBytes + " bytes; use 512 or 4096");
        }
        return blockBytes;
    }

    static long checkedSize(long sizeBytes) {
        if (sizeBytes <= 0 || (sizeBytes & 4095) != 0) {
            throw new IllegalArgumentException(
                    "namespace of " + sizeBytes + " bytes; use a positive multiple of 4096");
        }
        return sizeBytes;
    }

    static void check(NamespaceStore store, long offset, long count) {
        if (offset < 0 || count < 0 || count > store.sizeBytes() - offset) {
            throw new IndexOutOfBoundsException(
                    "bytes " + offset + " + " + count + " of " + store.sizeBytes());
        }
    }
}
