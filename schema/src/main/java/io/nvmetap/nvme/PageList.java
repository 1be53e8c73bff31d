package io.nvmetap.nvme;

import java.util.Arrays;

/**
 * Reusable result of a PRP walk: the segments of data in order, and the pages that held PRP lists.
 * Grows to {@link PrpWalk#MAX_SEGMENTS} at most and keeps its memory between walks. Owned by one
 * thread.
 */
public final class PageList {
    private long[] addresses = new long[64];
    private int[] lengths = new int[64];
    private int size;
    private long[] listAddresses = new long[4];
    private int listSize;

    /** Empties the list. */
    public void clear() {
        size = 0;
        listSize = 0;
    }

    /** Number of segments. */
    public int size() {
        return size;
    }

    /** Address of segment {@code i}, 0..size-1. */
    public long address(int i) {
        return addresses[checked(i, size)];
    }

    /** Bytes of segment {@code i}, at least 1, at most a page. */
    public int length(int i) {
        return lengths[checked(i, size)];
    }

    /** Sum of all segment lengths, in bytes. */
    public long totalBytes() {
        long total = 0;
        for (int i = 0; i < size; i++) {
            total += lengths[i];
        }
        return total;
    }

    /** Number of PRP lists read: 0 when PRP1 and PRP2 sufficed. */
    public int listCount() {
        return listSize;
    }

    /** Address of the first entry of PRP list {@code i}, 0..listCount-1. */
    public long listAddress(int i) {
        return listAddresses[checked(i, listSize)];
    }

    /** Appends a segment of at least 1 byte. */
    public void add(long address, int length) {
        if (size == addresses.length) {
            addresses = Arrays.copyOf(addresses, 2 * size);
            lengths = Arrays.copyOf(lengths, 2 * size);
        }
        addresses[size] = address;
        lengths[size++] = length;
    }

    void addList(long address) {
        if (listSize == listAddresses.length) {
            listAddresses = Arrays.copyOf(listAddresses, 2 * listSize);
        }
        listAddresses[listSize++] = address;
    }

    private static int checked(int i, int bound) {
        if (i < 0 || i >= bound) {
            throw new IndexOutOfBoundsException("segment " + i + " of " + bound);
        }
        return i;
    }
}
