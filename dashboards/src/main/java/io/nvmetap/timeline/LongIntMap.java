package io.nvmetap.timeline;

import java.util.Arrays;

/** Open addressing map from a number to an index of 0 or more. */
final class LongIntMap {
    private static final int NONE = -1;

    private long[] keys = new long[1024];
    private int[] values = filled(1024);
    private int size;

    private static int[] filled(int length) {
        int[] v = new int[length];
        Arrays.fill(v, NONE);
        return v;
    }

    /**
     * @return the index, -1 if there is none
     */
    int get(long key) {
        return values[slot(key)];
    }

    void put(long key, int value) {
        int at = slot(key);
        if (values[at] == NONE) {
            size++;
        }
        keys[at] = key;
        values[at] = value;
        if (size * 2 > keys.length) {
            grow();
        }
    }

    private void grow() {
        long[] oldKeys = keys;
        int[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = filled(oldKeys.length * 2);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != NONE) {
                int at = slot(oldKeys[i]);
                keys[at] = oldKeys[i];
                values[at] = oldValues[i];
            }
        }
    }

    private int slot(long key) {
        int mask = keys.length - 1;
        int at = (int) (key * 0x9E37_79B9_7F4A_7C15L >>> 32) & mask;
        while (values[at] != NONE && keys[at] != key) {
            at = at + 1 & mask;
        }
        return at;
    }
}
