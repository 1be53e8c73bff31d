package io.nvmetap.mediator;

/**
 * Whose commands may be out on a completion queue: the guest's or the mediator's, never both (AERs
 * excepted, which wait for ever). Some controllers stop when own completions queue up behind
 * completions the guest has not acknowledged. The guest's turn ends after so much time or so many
 * commands once own commands wait; the mediator's after one burst.
 */
final class Turns {
    private final MediatorState state;

    Turns(MediatorState state) {
        this.state = state;
    }

    boolean guestMayFetch(CqShadow cq) {
        // fault: host-and-guest-commands-mixed.
        if (state.has(MediatorFault.HOST_AND_GUEST_COMMANDS_MIXED)) {
            return true;
        }
        return cq.ownOut == 0 && !ownIsDue(cq);
    }

    boolean ownMayIssue(CqShadow cq) {
        // fault: host-and-guest-commands-mixed.
        return cq.guestOut == cq.eventsOut
                || state.has(MediatorFault.HOST_AND_GUEST_COMMANDS_MIXED);
    }

    private boolean ownIsDue(CqShadow cq) {
        if (cq.ownWaiting.isEmpty()) {
            return false;
        }
        long waitedNs = state.timeline.nowNs() - cq.ownWaitingSinceNs;
        return waitedNs >= state.config.turnNsMax()
                || cq.guestSince >= state.config.turnCommandsMax();
    }

    /** Own commands begin to wait, or the guest's turn begins anew. */
    void startGuestTurn(CqShadow cq) {
        cq.ownWaitingSinceNs = state.timeline.nowNs();
        cq.guestSince = 0;
    }
}
