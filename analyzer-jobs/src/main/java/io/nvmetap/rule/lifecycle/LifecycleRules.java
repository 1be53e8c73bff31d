package io.nvmetap.rule.lifecycle;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** Enable, reset, shutdown, queues that come and go. */
public final class LifecycleRules {
    private LifecycleRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                ResetDuringCompletion::new,
                UncleanShutdown::new,
                QidReuseStaleState::new,
                DeleteRacesCompletion::new,
                LateCqeForDisabledQueue::new,
                SlowHiddenInit::new,
                QueueMemoryFreedWhileOwned::new,
                StateChangedBeforeControllerAgreed::new,
                DbbufConfigPassedThrough::new,
                CommandSetSelectionUnsupported::new);
    }
}
