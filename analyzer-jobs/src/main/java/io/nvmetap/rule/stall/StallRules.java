package io.nvmetap.rule.stall;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** What never came. */
public final class StallRules {
    private StallRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(CommandStall::new);
    }
}
