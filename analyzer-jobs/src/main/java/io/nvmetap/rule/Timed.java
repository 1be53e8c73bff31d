package io.nvmetap.rule;

import io.nvmetap.history.History;

/** A rule with deadlines. */
public interface Timed {
    /** Ask again after the next event. */
    long ALWAYS = Long.MIN_VALUE;

    /** Nothing is waited for: do not ask before the rule has made its next step. */
    long NEVER = Long.MAX_VALUE;

    /**
     * Event time has moved to {@code h.nowNs}. Asked after each step of the rule, and after each
     * other event, heartbeats included, from the time it has named last.
     *
     * @return event time until which asking would change nothing, if the rule makes no step before;
     *     {@link #ALWAYS} or {@link #NEVER}
     */
    long time(History h, Judge judge);
}
