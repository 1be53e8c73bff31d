package io.nvmetap.rule.latency;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** What got slower, and what the trace tells of a controller. */
public final class LatencyRules {
    private LatencyRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                MediatorAddedLatency::new,
                DriveWearSlowdown::new,
                ApstDeepSleepHang::new,
                IdentifyCnsUnsupported::new,
                StripeOrDepthMismatch::new);
    }
}
