package io.nvmetap.mediator;

import io.nvmetap.event.LiveState;
import io.nvmetap.event.QueueState;
import java.util.ArrayList;
import java.util.List;

/** The guest side of a mediator as the live state of a capture. */
final class GuestView {
    private GuestView() {}

    static LiveState of(MediatorState state, Lifecycle lifecycle, MsixTable msix) {
        List<QueueState> queues = new ArrayList<>();
        for (CqShadow cq : state.queues.allCqs) {
            queues.add(
                    new QueueState(
                            true,
                            cq.qid,
                            cq.guestEntries,
                            cq.guestBase,
                            cq.qid,
                            cq.vector,
                            cq.interrupts,
                            cq.guestHead,
                            cq.guestTail,
                            List.of()));
        }
        for (SqShadow sq : state.queues.allSqs) {
            queues.add(
                    new QueueState(
                            false,
                            sq.qid,
                            sq.guestEntries,
                            sq.guestBase,
                            sq.cq.qid,
                            -1,
                            false,
                            sq.guestHead,
                            sq.guestTail,
                            inFlight(sq)));
        }
        boolean rdy =
                state.phase == MediatorState.Phase.READY
                        || state.phase == MediatorState.Phase.DISABLING;
        boolean fatal = state.phase == MediatorState.Phase.FATAL;
        return new LiveState(
                true,
                state.guestCc & 0xFFFF_FFFFL,
                (rdy ? 1 : 0) | (fatal ? 2 : 0),
                lifecycle.aqa & 0xFFFF_FFFFL,
                lifecycle.asq,
                lifecycle.acq,
                queues,
                masked(state, msix),
                state.queuesSet);
    }

    private static List<Integer> inFlight(SqShadow sq) {
        List<Integer> cids = new ArrayList<>();
        for (int i = 0; i < sq.slots.capacity(); i++) {
            Slot slot = sq.slots.at(i);
            if (slot != null && slot.busy && slot.sq == sq && slot.own == null) {
                cids.add(slot.guestCid);
            }
        }
        return cids;
    }

    /** Of the vectors that queues use. */
    private static List<Integer> masked(MediatorState state, MsixTable msix) {
        return state.queues.allCqs.stream()
                .map(cq -> cq.vector)
                .distinct()
                .filter(msix::masked)
                .toList();
    }
}
