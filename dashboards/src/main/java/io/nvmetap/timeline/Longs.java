package io.nvmetap.timeline;

import java.util.Arrays;

/** A growing array of numbers. */
final class Longs {
    private long[] values = new long[16];
    private int size;

    int add(long value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size + (size >> 1));
        }
        values[size] = value;
        return size++;
    }

    long get(int index) {
        return values[index];
    }

    void set(int index, long value) {
        values[index] = value;
    }

    int size() {
        return size;
    }

    void trim() {
        values = Arrays.copyOf(values, Math.max(1, size));
    }

    /** First index whose value is at least {@code wanted}, in ascending values. */
    int firstAtLeast(long wanted) {
        int low = 0;
        int high = size;
        while (low < high) {
            int mid = low + high >>> 1;
            if (values[mid] < wanted) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }
}
