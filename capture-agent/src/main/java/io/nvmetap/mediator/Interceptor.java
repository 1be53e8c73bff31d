package io.nvmetap.mediator;

import io.nvmetap.event.Owner;
import io.nvmetap.event.RequestStep;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Holds commands of the guest for a while before they go out, as drivers that encrypt, count or log
 * do. A held command has its identifier and counts as the guest's turn. A reset waits until the
 * interceptor has given everything back; what is held then is never submitted.
 */
final class Interceptor {
    private final MediatorState state;
    private final Submitter submitter;
    private Lifecycle lifecycle;
    private Poller poller;
    private final List<Held> held = new ArrayList<>();
    private final ArrayDeque<Held> resumed = new ArrayDeque<>();
    private int count;
    private long looks;

    /** One command that is held, or waits for an entry of the controller's queue since. */
    private static final class Held {
        final SqShadow sq;
        final Slot slot;
        final long commandId;
        final boolean event;
        final byte[] sqe = new byte[Sqe.SIZE_LONG];
        boolean freed;

        Held(Slot slot, byte[] entry, boolean event) {
            this.sq = slot.sq;
            this.slot = slot;
            this.commandId = slot.commandId;
            this.event = event;
            System.arraycopy(entry, 0, sqe, 0, Sqe.SIZE_LONG);
        }
    }

    Interceptor(MediatorState state, Submitter submitter) {
        this.state = state;
        this.submitter = submitter;
    }

    void wire(Lifecycle newLifecycle, Poller newPoller) {
        lifecycle = newLifecycle;
        poller = newPoller;
    }

    /** Whether it keeps this command, to be submitted later. */
    boolean takes(Slot slot, byte[] sqe) {
        boolean event = slot.sq.qid == 0 && slot.opcode() == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
        int every = state.config.interceptEvery();
        boolean wanted =
                slot.sq.qid == 0
                        ? event && state.config.interceptEvents()
                        : every > 0 && ++looks % every == 0;
        if (!wanted) {
            return false;
        }
        Held one = new Held(slot, sqe, event);
        held.add(one);
        count++;
        if (!event) {
            one.sq.cq.guestOut++;
        }
        tell(RequestStep.PAUSED, one);
        state.timeline.after(state.config.interceptNs(), () -> due(one));
        return true;
    }

    private void due(Held one) {
        if (one.freed) {
            // fault: paused-request-freed-on-reset. Goes on with what is somebody else's by now.
            if (state.has(MediatorFault.PAUSED_REQUEST_FREED_ON_RESET)) {
                tell(RequestStep.RESUMED, one);
            }
            return;
        }
        held.remove(one);
        if (!state.open()) {
            free(one);
            lifecycle.interceptorLeft();
            return;
        }
        tell(RequestStep.RESUMED, one);
        resumed.add(one);
        proceed();
        poller.kick();
    }

    /** Submits what was let go on, as far as there is room. */
    void proceed() {
        while (!resumed.isEmpty() && state.open() && !resumed.peek().sq.ringFull()) {
            Held one = resumed.poll();
            left();
            if (!one.event) {
                one.sq.cq.guestOut--;
            }
            submitter.emit(one.slot, one.sqe);
            tell(RequestStep.SUBMITTED, one);
            submitter.ring(one.sq);
        }
    }

    /** One intercepted command less. */
    private void left() {
        // fault: intercept-counter-race. Another CPU stores the count that it read before.
        if (!state.faults.strikes(MediatorFault.INTERCEPT_COUNTER_RACE)) {
            count--;
        }
    }

    private void free(Held one) {
        one.freed = true;
        left();
        if (!one.event) {
            one.sq.cq.guestOut--;
        }
        one.sq.slots.release(one.slot);
        tell(RequestStep.FREED, one);
    }

    /** A reset begins: what waits for an entry gets none. */
    void beginReset() {
        while (!resumed.isEmpty()) {
            free(resumed.poll());
        }
        // fault: paused-request-freed-on-reset. Does not wait for those who still use them.
        if (state.has(MediatorFault.PAUSED_REQUEST_FREED_ON_RESET)) {
            drop();
        }
    }

    /** Whether a reset may go on: the count says that nothing is intercepted. */
    boolean countIsZero() {
        return count == 0;
    }

    /** Whether nothing is intercepted. */
    boolean idle() {
        return held.isEmpty() && resumed.isEmpty();
    }

    /** Gives back everything at once; what is due later finds that it is gone. */
    void drop() {
        drop(null);
        count = 0;
    }

    /** The same for one queue. */
    void drop(SqShadow sq) {
        for (Held one : List.copyOf(held)) {
            if (sq == null || one.sq == sq) {
                held.remove(one);
                free(one);
            }
        }
        for (Held one : List.copyOf(resumed)) {
            if (sq == null || one.sq == sq) {
                resumed.remove(one);
                free(one);
            }
        }
    }

    private void tell(RequestStep step, Held one) {
        state.tap.request(step, one.sq.qid, Owner.GUEST, one.commandId);
    }
}
