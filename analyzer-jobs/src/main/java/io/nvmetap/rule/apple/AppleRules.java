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
        return List.of(Ans2IntmsKeepalive::new);
    }
}
