package io.nvmetap.history;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

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

    /** Event that made it, -1 it was there when the recording began. */
    public long bornSeq = -1;

    /** Last completion that left open who did wrong: the slot's former bytes, or what follows. */
    public long doubtSeq = -1;

    /** A former queue's entry was taken for new: where its reader stands is not known any more. */
    public boolean adrift;

    /**
     * Identifiers, SQID above CID, that completed with what their slot had held before, while
     * another command was in flight, and when: that command's completion may have been meant.
     */
    final Map<Integer, Long> doubts = new HashMap<>();

    /** Its slots. */
    final SlotMemory slots;

    /** Slots of the queue of this number before it; null none, or this one has written them all. */
    SlotMemory former;

    public CompletionQueue(int qid, int sizeEntries, int vector, boolean interruptsEnabled) {
        this.qid = qid;
        this.sizeEntries = sizeEntries;
        this.vector = vector;
        this.interruptsEnabled = interruptsEnabled;
        this.slots = new SlotMemory(sizeEntries);
    }
}
