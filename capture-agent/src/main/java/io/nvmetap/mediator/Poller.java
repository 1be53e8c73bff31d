package io.nvmetap.mediator;

import io.nvmetap.event.InterruptKind;

/**
 * Looks at completion queues whose interrupt cannot come: firmware creates them without, guests
 * mask. Runs only while commands are out, ever more slowly while nothing comes.
 */
final class Poller {
    private static final long NS_MAX = 1_000_000;

    /** Looking stops after so long without a completion, until the next command. */
    private static final long QUIET_NS_MAX = 120_000_000_000L;

    private final MediatorState state;
    private final Completer completer;
    private final GuestInterrupts interrupts;
    private final MsixTable msix;
    private final Fetcher fetcher;
    private final OwnRequests own;
    private final Runnable tick = this::tick;
    private final Runnable safetyLook = this::safetyLook;
    private boolean scheduled;
    private boolean safetyScheduled;
    private long intervalNs;
    private long lastFoundNs;

    Poller(
            MediatorState state,
            Completer completer,
            GuestInterrupts interrupts,
            MsixTable msix,
            Fetcher fetcher,
            OwnRequests own) {
        this.state = state;
        this.completer = completer;
        this.interrupts = interrupts;
        this.msix = msix;
        this.fetcher = fetcher;
        this.own = own;
    }

    /** Something was submitted or masked: look again soon. */
    void kick() {
        lastFoundNs = state.timeline.nowNs();
        intervalNs = state.config.pollNsMin();
        if (!scheduled && wanted()) {
            schedule();
        }
        scheduleSafetyLook();
    }

    /** An interrupt of the controller can get lost: so often each queue is looked at without. */
    private void scheduleSafetyLook() {
        long everyNs = state.config.safetyLookNs();
        if (everyNs > 0 && !safetyScheduled && state.open()) {
            safetyScheduled = true;
            state.timeline.after(everyNs, safetyLook);
        }
    }

    private void safetyLook() {
        safetyScheduled = false;
        state.tap.cpu = -1;
        completer.scanAll();
        boolean pending = false;
        for (int i = 0; i < state.queues.allCqs.size(); i++) {
            pending |= state.queues.allCqs.get(i).pending > 0;
        }
        if (pending && state.timeline.nowNs() - lastFoundNs < QUIET_NS_MAX) {
            scheduleSafetyLook();
        }
    }

    /** A side's turn ended without a completion. */
    void afterTurn(CqShadow cq) {
        if (state.open() && state.queues.cq(cq.qid) == cq) {
            fetcher.pumpAll(cq);
            own.serve(cq);
        }
    }

    private void schedule() {
        scheduled = true;
        state.timeline.after(intervalNs, tick);
    }

    private boolean wanted() {
        if (!state.open()) {
            return false;
        }
        for (int i = 0; i < state.queues.allCqs.size(); i++) {
            CqShadow cq = state.queues.allCqs.get(i);
            if (cq.pending > 0 && blind(cq)) {
                return true;
            }
        }
        return false;
    }

    private void tick() {
        scheduled = false;
        state.tap.cpu = -1;
        if (!state.open()) {
            return;
        }
        int found = 0;
        for (int i = 0; i < state.queues.allCqs.size(); i++) {
            CqShadow cq = state.queues.allCqs.get(i);
            if (blind(cq)) {
                found += completer.scan(cq);
            }
        }
        long now = state.timeline.nowNs();
        if (found > 0) {
            lastFoundNs = now;
            intervalNs = state.config.pollNsMin();
        } else {
            intervalNs = Math.min(2 * intervalNs, NS_MAX);
        }
        if (!scheduled && wanted() && now - lastFoundNs < QUIET_NS_MAX) {
            schedule();
        }
    }

    /** Whether no interrupt would tell of a completion on this queue. */
    private boolean blind(CqShadow cq) {
        if (!cq.interrupts) {
            return true;
        }
        if (interrupts.mode() == InterruptKind.MSIX) {
            // fault: unmask-without-recheck. Only interrupts make that driver look.
            return msix.masked(cq.vector) && !state.has(MediatorFault.UNMASK_WITHOUT_RECHECK);
        }
        return interrupts.intmsMasks(cq.vector)
                || interrupts.mode() == InterruptKind.INTX && interrupts.deviceLine();
    }
}
