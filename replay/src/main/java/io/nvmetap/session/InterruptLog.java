package io.nvmetap.session;

import io.nvmetap.device.InterruptSink;
import io.nvmetap.event.InterruptKind;
import java.util.HashMap;
import java.util.Map;

/** Interrupts that reached the replay's guest, on one clock with completions. */
final class InterruptLog implements InterruptSink {
    private final Map<Integer, Long> messages = new HashMap<>();
    private long clock;
    private long lastMessage = -1;
    private int lastVector = -1;
    private long lastLine = -1;
    private boolean line;
    private InterruptKind mode = InterruptKind.INTX;

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
        if (line) {
            lastLine = ++clock;
        }
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
