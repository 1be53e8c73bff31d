package io.nvmetap.rule.apple;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** What Apple's controllers cannot take. */
public final class AppleRules {
    private AppleRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                Ans2CidRules::new,
                T2CidGenerationBits::new,
                Ans2TagReusedTooSoon::new,
                Ans2Sqe128::new,
                Ans2IntmsKeepalive::new,
                AppleVendorAdminCommands::new,
                Apple2001FlushWithDepth::new,
                AppleUnackedCqeStall::new,
                AppleBufferReuseStall::new);
    }
}
