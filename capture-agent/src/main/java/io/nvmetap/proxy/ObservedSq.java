package io.nvmetap.proxy;

import io.nvmetap.nvme.Sqe;

/** A submission queue in the client's memory, and how far it was read. */
final class ObservedSq {
    final int qid;
    final int cqid;
    final long address;
    final int entries;
    private final int stride;

    /** Next slot to read. */
    int tail;

    /** What its shadow doorbell held when it was last looked at. */
    int shadowTail;

    /** What its EventIdx held when it was last looked at. */
    int eventIdx;

    /** That an entry could not be read was told. */
    boolean faultTold;

    /**
     * @param entrySizeLog2 IOSQES; 6 for the admin queue
     */
    ObservedSq(int qid, int cqid, long address, int entries, int entrySizeLog2) {
        this.qid = qid;
        this.cqid = cqid;
        this.address = address;
        this.entries = entries;
        this.stride = 1 << Math.max(6, entrySizeLog2);
    }

    /** Bytes of an entry that are recorded: 64 or 128. */
    int entryBytes() {
        return stride == Sqe.SIZE ? Sqe.SIZE : Sqe.SIZE_LONG;
    }

    long slotAddress(int slot) {
        return address + (long) slot * stride;
    }

    /** Entries between what was read and this tail; -1 for a tail outside the queue. */
    int ahead(int newTail) {
        return newTail < 0 || newTail >= entries ? -1 : Math.floorMod(newTail - tail, entries);
    }

    void advance() {
        tail = tail + 1 == entries ? 0 : tail + 1;
    }
}
