package io.nvmetap.mediator;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/**
 * The guest's shadow doorbells, where the mediator serves Doorbell Buffer Config itself (NVMe Base
 * 2.0, 5.8 and Annex B.5). EventIdx always says what was consumed, so that the guest rings for
 * whatever comes next. The controller never hears of them.
 */
final class DoorbellBuffers {
    /** What the guest moved on to while it was served, at most so often in a row. */
    static final int LOOKS_MAX = 8;

    private final MediatorState state;
    private long shadow = -1;
    private long eventIdx = -1;
    private int epoch;

    DoorbellBuffers(MediatorState state) {
        this.state = state;
    }

    /**
     * Doorbell Buffer Config.
     *
     * @return the status it is answered with
     */
    int configure(byte[] sqe) {
        long inPage = state.pageSize() - 1;
        long cells = Sqe.prp1(sqe, 0);
        long indices = Sqe.prp2(sqe, 0);
        if (((cells | indices) & inPage) != 0 || cells < 0 || indices < 0) {
            return StatusCode.DNR | StatusCode.INVALID_FIELD;
        }
        shadow = cells;
        eventIdx = indices;
        epoch = state.epoch;
        return StatusCode.SUCCESS;
    }

    /** Disabled or reset: the pages are the guest's again. */
    void off() {
        // fault: shadow-doorbell-survives-reset. The addresses stay.
        if (!state.has(MediatorFault.SHADOW_DOORBELL_SURVIVES_RESET)) {
            shadow = -1;
            eventIdx = -1;
        }
    }

    private boolean covers(int qid) {
        return shadow >= 0 && qid != 0;
    }

    /** What the guest left in memory; {@code rung} where there is nothing or nothing usable. */
    int look(int qid, DoorbellKind kind, int rung, int entries) {
        if (!covers(qid)) {
            return rung;
        }
        try {
            int value = state.guest.readInt(shadow + place(qid, kind));
            state.guest.loadFence();
            state.tap.shadow(ShadowCell.DOORBELL, kind, qid, value, false);
            // fault: shadow-doorbell-survives-reset. Pages of an older epoch are not acted upon.
            return epochOfNow() && value >= 0 && value < entries ? value : rung;
        } catch (MemoryFault fault) {
            lost(qid);
            return rung;
        }
    }

    /** Tells the guest how far was consumed. */
    void consumed(int qid, DoorbellKind kind, int value) {
        if (!covers(qid)) {
            return;
        }
        try {
            state.guest.writeInt(eventIdx + place(qid, kind), value);
            state.guest.storeFence();
            state.tap.shadow(ShadowCell.EVENT_IDX, kind, qid, value, true);
        } catch (MemoryFault fault) {
            lost(qid);
        }
    }

    private boolean epochOfNow() {
        return epoch == state.epoch;
    }

    private void lost(int qid) {
        shadow = -1;
        String reason = "the guest's doorbell buffers cannot be reached";
        state.decide(Side.GUEST, DecisionKind.IGNORED, "shadow doorbell", qid, -1, reason);
    }

    private long place(int qid, DoorbellKind kind) {
        boolean completion = kind == DoorbellKind.CQ_HEAD;
        int dstrd = Registers.capDstrd(state.cap());
        return Registers.doorbellOffset(qid, completion, dstrd) - Registers.DOORBELL_BASE;
    }
}
