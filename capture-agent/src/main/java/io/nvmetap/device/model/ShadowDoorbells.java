package io.nvmetap.device.model;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.Registers;

/**
 * Doorbells in memory, as Doorbell Buffer Config sets them up (NVMe Base 2.0c 5.11 and Annex B.5).
 * The controller writes its EventIdx whenever it has looked, so that the next update is always
 * announced at the doorbell too.
 */
final class ShadowDoorbells {
    private final ModelState state;
    private long shadow = -1;
    private long eventIdx = -1;

    ShadowDoorbells(ModelState state) {
        this.state = state;
    }

    void configure(long newShadow, long newEventIdx) {
        shadow = newShadow;
        eventIdx = newEventIdx;
    }

    void off() {
        configure(-1, -1);
    }

    /** Takes the tail a driver left in memory. */
    void pollTail(SubmissionQueue sq) {
        int value = poll(sq.id, false);
        if (value >= 0 && value < sq.size && Math.floorMod(value - sq.tail, sq.size) <= sq.room()) {
            sq.tail = value;
        }
        announce(sq.id, false, sq.tail);
    }

    /** Takes the head a driver left in memory. */
    void pollHead(CompletionQueue cq) {
        int value = poll(cq.id, true);
        if (value >= 0
                && value < cq.size
                && Math.floorMod(value - cq.head, cq.size) <= cq.unacked()) {
            cq.head = value;
        }
        announce(cq.id, true, cq.head);
    }

    boolean active() {
        return shadow >= 0;
    }

    /** The queue's truth is in memory; its doorbell only announces that it changed. */
    boolean covers(int qid) {
        return active() && qid != 0;
    }

    private int poll(int qid, boolean completion) {
        if (shadow < 0 || qid == 0) {
            return -1;
        }
        try {
            int value = state.memory.readInt(shadow + place(qid, completion));
            state.memory.loadFence();
            return value;
        } catch (MemoryFault fault) {
            state.die("shadow doorbell unreachable", qid, -1);
            return -1;
        }
    }

    private void announce(int qid, boolean completion, int value) {
        if (shadow < 0 || qid == 0) {
            return;
        }
        try {
            state.memory.writeInt(eventIdx + place(qid, completion), value);
        } catch (MemoryFault fault) {
            state.die("EventIdx unreachable", qid, -1);
        }
    }

    private long place(int qid, boolean completion) {
        int dstrd = Registers.capDstrd(state.profile.cap());
        return Registers.doorbellOffset(qid, completion, dstrd) - Registers.DOORBELL_BASE;
    }
}
