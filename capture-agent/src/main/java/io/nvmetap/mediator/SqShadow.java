package io.nvmetap.mediator;

import io.nvmetap.nvme.Sqe;

/** A submission queue twice: the guest's ring, and the mediator's that the controller reads. */
final class SqShadow {
    /** Why fetching is held, so that it is said once. */
    enum Hold {
        NONE,
        PAUSED,
        DEFERRED
    }

    final int qid;
    final CqShadow cq;
    final long guestBase;
    final int guestEntries;
    final int stride;
    final OwnPages.Block ring;
    final int entries;
    final SlotTable slots;

    /** Guest side: the tail the guest rang, and how far commands were fetched. */
    int guestTail;

    int guestHead;

    /** What a slot held when it was read too early (a fault), and which; -1 none. */
    byte[] early;

    int earlyAt = -1;

    /** Device side: next free entry, last tail written, last SQHD seen. */
    int tail;

    int rung;
    int head;

    /** Bytes from one entry of the guest's ring to the next. */
    int guestStride;

    Hold hold = Hold.NONE;

    /** Doorbell that arrived while completions were handled, -1 none. */
    int parkedTail = -1;

    /** The ring was given back. */
    boolean released;

    /** The guest's ring cannot be read: nothing more is fetched. */
    boolean broken;

    SqShadow(
            int qid,
            CqShadow cq,
            long guestBase,
            int guestEntries,
            int stride,
            int entries,
            OwnPages.Block ring,
            SlotTable slots) {
        this.qid = qid;
        this.cq = cq;
        this.guestBase = guestBase;
        this.guestEntries = guestEntries;
        this.stride = stride;
        this.guestStride = stride;
        this.ring = ring;
        this.entries = entries;
        this.slots = slots;
    }

    int entryBytes() {
        return qid == 0 ? Sqe.SIZE : stride;
    }

    int guestEntryBytes() {
        return qid == 0 ? Sqe.SIZE : guestStride;
    }

    boolean waiting() {
        return guestHead != guestTail && !broken;
    }

    boolean ringFull() {
        return (tail + 1) % entries == head;
    }
}
