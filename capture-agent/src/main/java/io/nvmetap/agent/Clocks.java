package io.nvmetap.agent;

import java.util.function.LongSupplier;

/**
 * Time and identity, passed in.
 *
 * @param nanos monotonic nanoseconds
 * @param wallClockMs Unix milliseconds
 * @param identity eight random bytes a call
 */
record Clocks(LongSupplier nanos, LongSupplier wallClockMs, LongSupplier identity) {}
