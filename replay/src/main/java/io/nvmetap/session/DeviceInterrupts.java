package io.nvmetap.session;

import io.nvmetap.device.InterruptSink;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.LittleEndian;
import java.util.BitSet;

/** Interrupts of the controller that is played back: INTx, MSI, or MSI-X with its table. */
final class DeviceInterrupts {
    /** Entries of the MSI-X table. */
    static final int VECTORS = 2048;

    private static final int ENTRY_BYTES = 16;
    private static final int CONTROL = 12;

    private final byte[] table = new byte[VECTORS * ENTRY_BYTES];
    private final BitSet pending = new BitSet();
    private InterruptSink sink;
    private InterruptKind mode = InterruptKind.INTX;
    private int pinMask;
    private boolean line;

    DeviceInterrupts() {
        reset();
    }

    void connect(InterruptSink newSink) {
        sink = newSink;
    }

    void reset() {
        pending.clear();
        pinMask = 0;
        mode = InterruptKind.INTX;
        for (int v = 0; v < VECTORS; v++) {
            table[v * ENTRY_BYTES + CONTROL] = 1;
        }
    }

    void mode(InterruptKind newMode) {
        mode = newMode;
    }

    int mask() {
        return pinMask;
    }

    void maskSet(int bits) {
        pinMask |= bits;
    }

    void maskClear(int bits) {
        pinMask &= ~bits;
    }

    long readTable(long offset, int widthBytes) {
        if (offset < 0 || offset + widthBytes > table.length) {
            return 0;
        }
        return widthBytes == 8
                ? LittleEndian.i64(table, (int) offset)
                : LittleEndian.u32(table, (int) offset & ~3);
    }

    void writeTable(long offset, int widthBytes, long value) {
        if (offset < 0 || offset + widthBytes > table.length || widthBytes < 4) {
            return;
        }
        LittleEndian.put32(table, (int) offset & ~3, (int) value);
        if (widthBytes == 8) {
            LittleEndian.put32(table, ((int) offset & ~3) + 4, (int) (value >>> 32));
        }
        int vector = (int) offset / ENTRY_BYTES;
        if (!masked(vector) && pending.get(vector)) {
            pending.clear(vector);
            sink.message(vector);
        }
    }

    private boolean masked(int vector) {
        return (table[vector * ENTRY_BYTES + CONTROL] & 1) != 0;
    }

    /** A completion was posted in a queue of this vector. */
    void raise(int vector) {
        if (vector < 0 || vector >= VECTORS) {
            return;
        }
        if (mode == InterruptKind.MSIX) {
            if (masked(vector)) {
                pending.set(vector);
            } else {
                sink.message(vector);
            }
        } else if (mode == InterruptKind.MSI && (pinMask >>> (vector & 31) & 1) == 0) {
            sink.message(vector & 31);
        }
    }

    /** The pin follows what is not acknowledged. */
    void level(boolean unacknowledged) {
        boolean wanted = unacknowledged && (pinMask & 1) == 0 && pinMode();
        if (wanted != line) {
            line = wanted;
            sink.line(line);
        }
    }

    private boolean pinMode() {
        return mode == InterruptKind.INTX || mode == InterruptKind.UNKNOWN;
    }
}
