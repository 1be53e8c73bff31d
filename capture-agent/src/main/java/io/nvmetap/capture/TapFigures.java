package io.nvmetap.capture;

import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Figures of the taps that an agent hears; safe to read on any thread.
 *
 * @param taps heard now
 * @param refusedTaps turned away
 * @param refusedFrames not taken, by reason: few and fixed
 * @param skippedBytes that were no frames
 */
public record TapFigures(
        LongSupplier taps,
        LongSupplier refusedTaps,
        Map<String, LongSupplier> refusedFrames,
        LongSupplier skippedBytes) {}
