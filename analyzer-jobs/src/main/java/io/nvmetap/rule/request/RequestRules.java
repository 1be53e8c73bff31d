package io.nvmetap.rule.request;

import io.nvmetap.rule.Rule;
import java.util.List;
import java.util.function.Supplier;

/** Requests of mediator and guest side by side: identity, order, turns. */
public final class RequestRules {
    private RequestRules() {}

    /**
     * @return makers of the rules of this package, in the order in which they judge
     */
    public static List<Supplier<Rule>> all() {
        return List.of(
                HostAndGuestCommandsMixed::new,
                AerCountedTooEarly::new,
                RequestListCrossLink::new,
                PausedRequestFreedOnReset::new,
                InterceptCounterRace::new,
                HostRequestWaitsForEver::new,
                SideStarvation::new);
    }
}
