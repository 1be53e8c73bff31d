package io.nvmetap.proxy;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.nvme.Registers;

/**
 * Shadow doorbells and EventIdx cells in the client's memory, once Doorbell Buffer Config succeeded
 * (NVMe Base 2.0c 5.8). They are looked at now and then: values between two looks are not seen.
 */
final class ShadowCells {
    private static final int NOT_THERE = -1;

    private final GuestMemory memory;
    private final ProxyTap tap;
    private long doorbells;
    private long eventIndices;
    private int dstrd;
    private boolean on;

    ShadowCells(GuestMemory memory, ProxyTap tap) {
        this.memory = memory;
        this.tap = tap;
    }

    boolean on() {
        return on;
    }

    void off() {
        on = false;
    }

    void stride(int newDstrd) {
        dstrd = newDstrd;
    }

    /** Cells count from now on; what they hold at this moment moved nothing. */
    void configured(long doorbellPage, long eventIdxPage, QueueTable queues) {
        doorbells = doorbellPage;
        eventIndices = eventIdxPage;
        on = true;
        for (ObservedSq sq : queues.sqs()) {
            sq.shadowTail = Math.max(0, cell(sq.qid, false));
        }
        for (ObservedCq cq : queues.cqs()) {
            cq.shadowHead = Math.max(0, cell(cq.qid, true));
        }
        tap.remark(
                "shadow doorbells are in use: they are looked at, not heard; commands are recorded"
                        + " when they are seen, which may be late");
    }

    /** A queue's shadow doorbell; 0 if there are none or it cannot be read. */
    int cell(int qid, boolean completion) {
        return on ? Math.max(0, read(doorbells, qid, completion)) : 0;
    }

    /** Whether a shadow tail changed; tells it. */
    boolean tailMoved(ObservedSq sq) {
        int tail = read(doorbells, sq.qid, false);
        if (tail == NOT_THERE || tail == sq.shadowTail) {
            return false;
        }
        sq.shadowTail = tail;
        tap.shadow(ShadowCell.DOORBELL, DoorbellKind.SQ_TAIL, sq.qid, tail);
        return true;
    }

    /** A queue's shadow head now; negative if it cannot be read. */
    int head(ObservedCq cq) {
        return read(doorbells, cq.qid, true);
    }

    /** Tells of a shadow head that changed. */
    void headMoved(ObservedCq cq) {
        tap.shadow(ShadowCell.DOORBELL, DoorbellKind.CQ_HEAD, cq.qid, cq.shadowHead);
    }

    /** Tells which EventIdx cells changed. */
    void eventIndices(QueueTable queues) {
        for (ObservedSq sq : queues.sqs()) {
            int value = read(eventIndices, sq.qid, false);
            if (value != NOT_THERE && value != sq.eventIdx) {
                sq.eventIdx = value;
                tap.shadow(ShadowCell.EVENT_IDX, DoorbellKind.SQ_TAIL, sq.qid, value);
            }
        }
        for (ObservedCq cq : queues.cqs()) {
            int value = read(eventIndices, cq.qid, true);
            if (value != NOT_THERE && value != cq.eventIdx) {
                cq.eventIdx = value;
                tap.shadow(ShadowCell.EVENT_IDX, DoorbellKind.CQ_HEAD, cq.qid, value);
            }
        }
    }

    private int read(long page, int qid, boolean completion) {
        long inside = Registers.doorbellOffset(qid, completion, dstrd) - Registers.DOORBELL_BASE;
        try {
            return memory.readInt(page + inside) & 0xFFFF;
        } catch (MemoryFault missing) {
            return NOT_THERE;
        }
    }
}
