package io.nvmetap.wire;

import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Puts frames into the order of their tickets. A frame that came early waits for those before it,
 * until too many or too large ones wait, or the clock of the tap has gone on too far: then what is
 * missing is given up, and what of it still comes is left out.
 */
final class OrderWindow {
    /** Frames that wait at most. */
    static final int FRAMES_MAX = 65_536;

    /** Bytes of frames that wait at most. */
    static final int BYTES_MAX = 64 << 20;

    /** Tap time a missing frame is waited for, nanoseconds. */
    static final long PATIENCE_NS = 1_000_000_000L;

    /** A ticket further ahead is a mistake of the sender, not a loss. */
    static final long AHEAD_MAX = 1L << 32;

    private final TreeMap<Long, TapFrame> waiting = new TreeMap<>();
    private final Consumer<TapFrame> out;
    private long next;
    private long bytes;
    private long late;

    OrderWindow(Consumer<TapFrame> out) {
        this.out = out;
    }

    /** Begins anew: the next frame is that with this ticket. */
    void begin(long ticket) {
        waiting.clear();
        bytes = 0;
        next = ticket;
    }

    /**
     * @return ticket of the next frame
     */
    long next() {
        return next;
    }

    /**
     * @return frames that came twice, or after they were given up
     */
    long late() {
        return late;
    }

    /**
     * @return false if the ticket cannot be one
     */
    boolean accept(TapFrame f) {
        if (f.order < 0 || f.order - next > AHEAD_MAX) {
            return false;
        }
        if (f.order < next || waiting.containsKey(f.order)) {
            late++;
            return true;
        }
        if (f.order == next) {
            hand(f);
            drain();
            return true;
        }
        waiting.put(f.order, f.keep());
        bytes += f.bodyBytes;
        while (waiting.size() > FRAMES_MAX || bytes > BYTES_MAX) {
            giveUp();
        }
        return true;
    }

    /**
     * The tap's time has come to {@code ticks}.
     *
     * @param patienceTicks {@link #PATIENCE_NS} in its ticks
     */
    void elapse(long ticks, long patienceTicks) {
        while (!waiting.isEmpty()
                && ticks - waiting.firstEntry().getValue().ticks > patienceTicks) {
            giveUp();
        }
    }

    /** Nothing more comes. */
    void flush() {
        while (!waiting.isEmpty()) {
            giveUp();
        }
    }

    /** What is missing before the first that waits is not waited for any longer. */
    private void giveUp() {
        next = waiting.firstKey();
        drain();
    }

    private void drain() {
        for (TapFrame f = waiting.remove(next); f != null; f = waiting.remove(next)) {
            bytes -= f.bodyBytes;
            hand(f);
        }
    }

    private void hand(TapFrame f) {
        next = f.order + 1;
        out.accept(f);
    }
}
