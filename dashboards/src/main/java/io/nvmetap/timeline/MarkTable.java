package io.nvmetap.timeline;

import java.util.Arrays;

/** All marks of a capture in the order of events: 17 bytes each. */
final class MarkTable {
    private final Longs timeNs = new Longs();
    private final Ints ordinal = new Ints();
    private final Ints value = new Ints();
    private byte[] kind = new byte[16];

    int add(long atNs, int event, MarkKind what, int newValue) {
        int index = timeNs.add(atNs);
        ordinal.add(event);
        value.add(newValue);
        if (index == kind.length) {
            kind = Arrays.copyOf(kind, index + (index >> 1));
        }
        kind[index] = (byte) what.ordinal();
        return index;
    }

    long timeNs(int index) {
        return timeNs.get(index);
    }

    int ordinal(int index) {
        return ordinal.get(index);
    }

    int value(int index) {
        return value.get(index);
    }

    int kind(int index) {
        return kind[index];
    }

    int size() {
        return timeNs.size();
    }

    void trim() {
        timeNs.trim();
        ordinal.trim();
        value.trim();
        kind = Arrays.copyOf(kind, Math.max(1, size()));
    }
}
