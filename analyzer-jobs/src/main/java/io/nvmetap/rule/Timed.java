package io.nvmetap.rule;

import io.nvmetap.history.History;

/** A rule with deadlines. */
public interface Timed {
    /** Event time has moved to {@code h.nowNs}; asked after each event, heartbeats included. */
    void time(History h, Judge judge);
}
