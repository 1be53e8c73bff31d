package io.nvmetap.session;

import io.nvmetap.device.InterruptSink;
import io.nvmetap.event.InterruptKind;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Interrupts that reached the replay's guest, on one clock with completions. */
final class InterruptLog implements InterruptSink {
    private final Map<Integer, Long> messages = new HashMap<>();
    private final Map<Integer, Long> vectors = new HashMap<>();
    private final long[] pins = new long[32];
    private long clock;
    private long lastMessage = -1;
    private int lastVector = -1;
    private long lastLine = -1;
    private boolean line;
    private InterruptKind mode = InterruptKind.INTX;

    InterruptLog() {
        unmasked();
    }

    @Override
    public void message(int vector) {
        lastMessage = ++clock;
        lastVector = vector;
        messages.put(vector, clock);
    }

    @Override
    public void line(boolean asserted) {
        line = asserted;
        if (asserted) {
            lastLine = ++clock;
        }
    }

    /** Interrupts travel another way; a line that is up now has told what there is. */
    void mode(InterruptKind newMode) {
        mode = newMode;
        lineTold();
    }

    private void lineTold() {
        if (line) {
            lastLine = ++clock;
        }
    }

    /** The guest sets and clears bits of the pin and MSI mask. */
    void mask(int set, int clear) {
        if ((set & 1) != 0) {
            lineTold();
        }
        for (int v = 0; v < pins.length; v++) {
            boolean sets = (set >>> v & 1) != 0;
            if (sets && pins[v] < 0) {
                pins[v] = ++clock;
            } else if ((clear >>> v & 1) != 0) {
                pins[v] = -1;
            }
        }
    }

    /** The guest masks or unmasks an MSI-X vector. */
    void mask(int vector, boolean masked) {
        if (masked) {
            vectors.putIfAbsent(vector, ++clock);
        } else {
            vectors.remove(vector);
        }
    }

    /** The function is reset: no mask is left. */
    void unmasked() {
        Arrays.fill(pins, -1);
        vectors.clear();
    }

    /** The guest masks the vector, and did so before that moment: no interrupt is owed. */
    boolean maskedBefore(long moment, int vector) {
        long since =
                switch (mode) {
                    case MSIX -> vectors.getOrDefault(vector, -1L);
                    case MSI -> pins[vector & 31];
                    case INTX, UNKNOWN -> pins[0];
                };
        return since >= 0 && since < moment;
    }

    /** A moment between interrupts. */
    long tick() {
        return ++clock;
    }

    /** An interrupt for this vector came after that moment. */
    boolean since(long moment, int vector) {
        // An edge of the line counts after a change to messages too: it came before that.
        return switch (mode) {
            case MSIX -> messages.getOrDefault(vector, -1L) > moment || lastLine > moment;
            case MSI -> lastMessage > moment || lastLine > moment;
            case INTX, UNKNOWN -> line || lastLine > moment || lastMessage > moment;
        };
    }

    /** What came instead, for a message. */
    String insteadSince(long moment) {
        return lastMessage > moment ? "; vector " + lastVector + " was interrupted instead" : "";
    }
}
