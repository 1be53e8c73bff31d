package io.nvmetap.device.model;

import io.nvmetap.nvme.Registers;
import java.util.HashMap;
import java.util.Map;

/**
 * Doorbell writes (NVMe over PCIe Transport 1.0, 3.1.2): which queue, whether the value is legal,
 * and whether it was lost in a race with its pair. A write that is not legal is ignored and told as
 * an asynchronous event.
 */
final class DoorbellPort {
    private final ModelState state;
    private final QueueTable queues;
    private final AsyncEvents events;
    private final Map<Integer, Ring> lastOfPair = new HashMap<>();

    private record Ring(long timeNs, int cpu, boolean completion) {}

    DoorbellPort(ModelState state, QueueTable queues, AsyncEvents events) {
        this.state = state;
        this.queues = queues;
        this.events = events;
    }

    void write(long offset, int value, int cpu) {
        int dstrd = Registers.capDstrd(state.profile.cap());
        if (!state.working() || !Registers.isDoorbellAligned(offset, dstrd)) {
            return;
        }
        int qid = Registers.doorbellQid(offset, dstrd);
        boolean completion = Registers.doorbellIsCompletion(offset, dstrd);
        boolean exists = completion ? queues.cqs.containsKey(qid) : queues.sqs.containsKey(qid);
        if (!exists) {
            events.error(AsyncEvents.INVALID_DOORBELL_REGISTER);
            return;
        }
        if (state.has(Quirk.PAIRED_DOORBELLS) && lost(qid, completion, cpu)) {
            String fault = ControllerFault.SQ_CQ_DOORBELL_PAIR_RACE.id();
            state.observer.struck(state.nowNs(), fault, qid, -1);
            return;
        }
        boolean legal =
                completion
                        ? queues.head(queues.cqs.get(qid), value)
                        : queues.tail(queues.sqs.get(qid), value);
        if (!legal) {
            events.error(AsyncEvents.INVALID_DOORBELL_VALUE);
        }
    }

    /** At most one entry for each existing queue pair is kept. */
    private boolean lost(int qid, boolean completion, int cpu) {
        Ring now = new Ring(state.nowNs(), cpu, completion);
        Ring before = lastOfPair.put(qid, now);
        return before != null
                && before.completion != completion
                && before.cpu >= 0
                && cpu >= 0
                && before.cpu != cpu
                && now.timeNs - before.timeNs <= state.knobs.doorbellPairWindowNs();
    }
}
