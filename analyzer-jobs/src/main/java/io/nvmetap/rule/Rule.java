package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.history.History;
import java.io.Serializable;
import java.util.List;

/** One rule. State is its fields, bounded by the queues of one controller, and serializable. */
public abstract class Rule implements Serializable {
    private static final long serialVersionUID = 1L;

    private final RuleInfo info;

    protected Rule(RuleInfo info) {
        this.info = info;
    }

    /**
     * @return what it is
     */
    public final RuleInfo info() {
        return info;
    }

    /**
     * @return thresholds that are this rule's own
     */
    public List<Threshold> thresholds() {
        return List.of();
    }

    /**
     * Whether this source can decide the rule at all.
     *
     * @return "" or the reason why not
     */
    public String blind(History h) {
        return "";
    }

    /**
     * Whether its findings say that something never came, so that what was suspicious near it is
     * worth telling.
     */
    public boolean aboutSilence() {
        return false;
    }

    /** Whether what it finds, by the mediator or the guest, may make a controller fall silent. */
    public boolean maySilenceController() {
        return false;
    }

    /** Looks at the event that {@code h} has just applied. */
    public abstract void step(History h, CapturedEvent e, Judge judge);

    /** Event time has moved to {@code h.nowNs}; called after each step, heartbeats included. */
    public void time(History h, Judge judge) {
        // Most rules have no deadline.
    }
}
