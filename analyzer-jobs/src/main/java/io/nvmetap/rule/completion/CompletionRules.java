package io.nvmetap.rule.completion;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** What completions say and how they are copied back. */
public final class CompletionRules {
    private CompletionRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                DuplicateOrLateCompletion::new,
                TornCqeCopyback::new,
                CqeSqidSqhdNotTranslated::new,
                BatchPublishedBeforeAccounting::new,
                GuestCqOverrun::new,
                HostCqeReadWithoutAcquire::new,
                SqeFetchWithoutAcquire::new,
                StalePhaseOrIndexAfterRecreate::new,
                OverCommitStall::new,
                FwTimeoutFullReset::new);
    }
}
