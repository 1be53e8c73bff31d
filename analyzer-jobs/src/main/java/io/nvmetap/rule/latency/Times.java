package io.nvmetap.rule.latency;

import java.util.Locale;

/** Durations in words. */
final class Times {
    private Times() {}

    static String text(long ns) {
        if (ns < 10_000) {
            return ns + " ns";
        }
        if (ns < 10_000_000) {
            return ns / 1_000 + " us";
        }
        return String.format(Locale.ROOT, "%,d ms", ns / 1_000_000);
    }
}
