package io.nvmetap.timeline;

import java.util.Arrays;

/** A growing array of numbers. */
final class Ints {
    private int[] values = new int[8];
    private int size;

    int add(int value) {
        if (size == values.length) {
            values = Arrays.copyOf(values, size + (size >> 1));
        }
        values[size] = value;
        return size++;
    }

    int get(int index) {
        return values[index];
    }

    void set(int index, int value) {
        values[index] = value;
    }

    int size() {
        return size;
    }

    void replace(Ints other) {
        values = other.values;
        size = other.size;
    }

    void trim() {
        values = Arrays.copyOf(values, Math.max(1, size));
    }
}
