package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;

/**
 * When queues can have come or gone. What a rule keeps by queue is looked through then, and not at
 * each of the many events between.
 */
public final class QueueChange {
    private QueueChange() {}

    /**
     * @return false only if both sides have the queues that they had before the event
     */
    public static boolean possible(History h, CapturedEvent e) {
        return possible(h, e, h.guest) || !h.device.known;
    }

    /**
     * The same of one side. As long as a side is not known its queues may differ: what made it so
     * is nothing that the event itself need show.
     */
    public static boolean possible(History h, CapturedEvent e, SideState side) {
        boolean stays = side.known && !h.facts.turned() && h.gapSeq != e.seq;
        return !stays || !Rule.BUSY.contains(e.kind);
    }
}
