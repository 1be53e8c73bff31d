package io.nvmetap.agent;

import io.nvmetap.capture.TapFigures;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What came of all taps of this agent. Any thread. */
final class TapTotals {
    /** Heard now. */
    final AtomicInteger taps = new AtomicInteger();

    /** Turned away. */
    final LongAdder refusedTaps = new LongAdder();

    /** Frames that say what no event says. */
    final LongAdder malformed = new LongAdder();

    /** Frames before a header. */
    final LongAdder unheard = new LongAdder();

    /** Frames that came after their place in the order was given up. */
    final LongAdder late = new LongAdder();

    /** Bytes that were no frames. */
    final LongAdder skippedBytes = new LongAdder();

    TapFigures figures() {
        Map<String, LongSupplier> frames = new LinkedHashMap<>();
        frames.put("malformed", malformed::sum);
        frames.put("before a header", unheard::sum);
        frames.put("late", late::sum);
        return new TapFigures(taps::get, refusedTaps::sum, frames, skippedBytes::sum);
    }
}
