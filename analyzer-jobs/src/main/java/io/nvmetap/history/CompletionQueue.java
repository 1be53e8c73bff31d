package io.nvmetap.history;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;

/** A completion queue that exists on one side. */
public final class CompletionQueue implements Serializable {
    private static final long serialVersionUID = 1L;

    public final int qid;
    public final int sizeEntries;
    public final int vector;
    public final boolean interruptsEnabled;

    /** Last head rung. */
    public int head;

    public boolean headKnown = true;

    /** When that was, and the event. */
    public long headNs = -1;

    public long headSeq = -1;

    /**
     * Its shadow doorbell was seen to move: from then on that is the head, and the doorbell only
     * announces; what it says may be behind (NVMe Base 2.0, Annex B.5).
     */
    public boolean shadowed;

    /** Completions posted and not acknowledged, oldest first; never more than the queue holds. */
    public final Deque<Command> unacked = new ArrayDeque<>();

    /**
     * Entries whose phase tag was stored, which the guest can therefore see and acknowledge, while
     * the event of their copy has not come yet.
     */
    public int published;

    /** Of these, entries that were acknowledged before that event came. */
    public int ackedEarly;

    /** Last completion seen or copied, the event; -1 none. */
    public long doneSeq = -1;

    /** Last interrupt of its vector: raised on the device side, delivered on the guest side. */
    public long interruptSeq = -1;

    public CompletionQueue(int qid, int sizeEntries, int vector, boolean interruptsEnabled) {
        this.qid = qid;
        this.sizeEntries = sizeEntries;
        this.vector = vector;
        this.interruptsEnabled = interruptsEnabled;
    }
}
