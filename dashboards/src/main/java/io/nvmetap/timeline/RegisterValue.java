package io.nvmetap.timeline;

import io.nvmetap.event.Side;

/**
 * A register at an event.
 *
 * @param ordinal the event
 * @param controller controller index
 * @param side side
 * @param offset register offset
 * @param value what was written, or read
 */
public record RegisterValue(int ordinal, int controller, Side side, int offset, long value) {}
