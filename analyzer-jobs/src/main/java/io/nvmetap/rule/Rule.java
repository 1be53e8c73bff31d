package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.history.History;
import java.io.Serializable;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** One rule. State is its fields, bounded by the queues of one controller, and serializable. */
public abstract class Rule implements Serializable {
    private static final long serialVersionUID = 1L;

    /**
     * Kinds that nearly all of a recording is made of. A rule says which of these it reads; about
     * all others every rule is asked.
     */
    public static final Set<EventKind> BUSY =
            Collections.unmodifiableSet(
                    EnumSet.of(
                            EventKind.DOORBELL_RUNG,
                            EventKind.SHADOW_DOORBELL,
                            EventKind.COMMAND_FETCHED,
                            EventKind.COMMAND_EMITTED,
                            EventKind.COMPLETION_SEEN,
                            EventKind.COMPLETION_COPIED,
                            EventKind.COMPLETION_STORED,
                            EventKind.STORE_FENCE,
                            EventKind.INTERRUPT_RAISED,
                            EventKind.INTERRUPT_DELIVERED,
                            EventKind.INTERRUPT_SUPPRESSED,
                            EventKind.LOCK_TAKEN,
                            EventKind.LOCK_RELEASED,
                            EventKind.POINTER_LIST_READ,
                            EventKind.PAYLOAD,
                            EventKind.REQUEST_STATE));

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

    /** What a recording must show; without it the rule is not decided. */
    public Sight needs() {
        return Sight.ANY;
    }

    /**
     * Whether this source can decide the rule at all.
     *
     * @return "" or the reason why not
     */
    public String blind(History h) {
        return needs().missing(h);
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

    /**
     * Which of the {@link #BUSY} kinds {@link #step} makes anything of, in quiet times: the sides
     * are known and stay so, and no queue comes or goes. At every other moment it is asked about
     * all events, so that what it forgets at a gap, a reset or an enable needs no kind here.
     *
     * @return all of them, unless a rule says less
     */
    public Set<EventKind> reads() {
        return BUSY;
    }

    /** Looks at the event that {@code h} has just applied. */
    public abstract void step(History h, CapturedEvent e, Judge judge);
}
