package io.nvmetap.rule.register;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** Registers and doorbells: accesses that the specification does not define. */
public final class RegisterRules {
    private RegisterRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                RegisterAccessUndefined::new,
                TakeoverFromRunningController::new,
                EnableWithInvalidConfiguration::new,
                EnableRefused::new,
                RdyWaitQuirks::new);
    }
}
