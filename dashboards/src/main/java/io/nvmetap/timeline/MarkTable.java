package io.nvmetap.timeline;

import java.util.Arrays;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

/** All marks of a capture in the order of events: 17 bytes each. */
final class MarkTable {
    private final LongArrayList timeNs = new LongArrayList();
    private final IntArrayList ordinal = new IntArrayList();
    private final IntArrayList value = new IntArrayList();
    private byte[] kind = new byte[16];

    int add(long atNs, int event, MarkKind what, int newValue) {
        int index = size();
        timeNs.addLong(atNs);
        ordinal.addInt(event);
        value.addInt(newValue);
        if (index == kind.length) {
            kind = Arrays.copyOf(kind, index + (index >> 1));
        }
        kind[index] = (byte) what.ordinal();
        return index;
    }

    long timeNs(int index) {
        return timeNs.getLong(index);
    }

    int ordinal(int index) {
        return ordinal.getInt(index);
    }

    int value(int index) {
        return value.getInt(index);
    }

    int kind(int index) {
        return kind[index];
    }

    int size() {
        return timeNs.size();
    }

    void trim() {
        timeNs.trimToSize();
        ordinal.trimToSize();
        value.trimToSize();
        kind = Arrays.copyOf(kind, Math.max(1, size()));
    }
}
