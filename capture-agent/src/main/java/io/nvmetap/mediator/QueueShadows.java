package io.nvmetap.mediator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The queues that exist now, as the controller's answers made them. */
final class QueueShadows {
    /** Queue identifiers there can be. */
    static final int QIDS = 65_536;

    private SqShadow[] sqs = new SqShadow[16];
    private CqShadow[] cqs = new CqShadow[16];

    /** In order of creation. */
    final List<SqShadow> allSqs = new ArrayList<>();

    final List<CqShadow> allCqs = new ArrayList<>();

    /** Completion queues that were deleted, as they stood; kept by a fault only, else null. */
    Map<Integer, CqShadow> former;

    /** One table for all queues where the controller wants that; else null. */
    SlotTable sharedSlots;

    SqShadow sq(int qid) {
        return qid >= 0 && qid < sqs.length ? sqs[qid] : null;
    }

    CqShadow cq(int qid) {
        return qid >= 0 && qid < cqs.length ? cqs[qid] : null;
    }

    void add(SqShadow sq) {
        if (sq.qid >= sqs.length) {
            sqs = Arrays.copyOf(sqs, Integer.highestOneBit(sq.qid) * 2);
        }
        sqs[sq.qid] = sq;
        allSqs.add(sq);
    }

    void add(CqShadow cq) {
        if (cq.qid >= cqs.length) {
            cqs = Arrays.copyOf(cqs, Integer.highestOneBit(cq.qid) * 2);
        }
        cqs[cq.qid] = cq;
        allCqs.add(cq);
    }

    void remove(SqShadow sq) {
        sqs[sq.qid] = null;
        allSqs.remove(sq);
    }

    void remove(CqShadow cq) {
        if (former != null) {
            former.put(cq.qid, cq);
        }
        cqs[cq.qid] = null;
        allCqs.remove(cq);
    }

    /** Forgets everything and gives back what commands hold; the rings are the caller's. */
    void clear(OwnPages pages) {
        for (SqShadow sq : allSqs) {
            freeOf(sq, pages);
            sqs[sq.qid] = null;
        }
        for (CqShadow cq : allCqs) {
            cqs[cq.qid] = null;
        }
        allSqs.clear();
        allCqs.clear();
        sharedSlots = null;
    }

    /** Frees what commands of a queue still hold, and their slots. */
    void freeOf(SqShadow sq, OwnPages pages) {
        for (int i = 0; i < sq.slots.capacity(); i++) {
            Slot slot = sq.slots.at(i);
            if (slot != null && slot.busy && slot.sq == sq) {
                pages.free(slot.bounce);
                pages.free(slot.list);
                if (slot.newCq != null) {
                    pages.free(slot.newCq.ring);
                }
                if (slot.newSq != null) {
                    pages.free(slot.newSq.ring);
                }
                sq.slots.release(slot);
            }
        }
    }

    /** Commands of the guest, AERs not counted, that the controller has on I/O queues. */
    int ioPending() {
        int sum = 0;
        for (CqShadow cq : allCqs) {
            sum += cq.qid == 0 ? 0 : cq.pending;
        }
        return sum;
    }
}
