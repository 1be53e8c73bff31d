package io.nvmetap.history;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;

/** A submission queue that exists on one side. */
public final class SubmissionQueue implements Serializable {
    private static final long serialVersionUID = 1L;

    public final int qid;
    public final int cqid;
    public final int sizeEntries;

    /** Last tail rung; valid only if {@link #tailKnown}. */
    public int tail;

    public boolean tailKnown = true;

    /**
     * Its shadow doorbell was seen to move: from then on that is the tail, and the doorbell only
     * announces; what it says may be behind (NVMe Base 2.0, Annex B.5).
     */
    public boolean shadowed;

    /** Entries the consumer took since the queue exists, modulo size: where it stands. */
    public int taken;

    /** Its slots; followed on the device side only. */
    public final RingSlots ring;

    /** What was fetched from its slots; followed on the guest side only. */
    final FetchedSlots fetched;

    /** Commands placed that no doorbell covers yet, device side only; no more than it holds. */
    public final Deque<Command> unrung = new ArrayDeque<>();

    /** When the doorbell that brought entries not yet taken was rung, -1 none waits. */
    public long waitingSinceNs = -1;

    public long waitingSeq = -1;
    public boolean waitingReported;

    public SubmissionQueue(int qid, int cqid, int sizeEntries) {
        this.qid = qid;
        this.cqid = cqid;
        this.sizeEntries = sizeEntries;
        this.ring = new RingSlots(sizeEntries);
        this.fetched = new FetchedSlots(sizeEntries);
    }
}
