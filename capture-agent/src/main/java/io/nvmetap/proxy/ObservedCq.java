package io.nvmetap.proxy;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.nvme.Cqe;

/**
 * A completion queue in the client's memory, and how far it was read. An entry is new if its phase
 * tag is that of the lap we are in (NVMe Base 2.0c 3.3.3.2.2), so none is taken twice.
 */
final class ObservedCq {
    /** Entries taken at a time: what stands between an interrupt and its delivery. */
    static final int BATCH_MAX = 256;

    private static final int DW3 = 12;

    final int qid;
    final int entries;
    private final long address;
    private final int stride;

    /** Slot that the next new entry will be in. */
    int next;

    /** Phase tag of new entries. */
    int phase = 1;

    /** Head the client told last. */
    private int acknowledged;

    /** What its shadow doorbell held when it was last looked at. */
    int shadowHead;

    /** What its EventIdx held when it was last looked at. */
    int eventIdx;

    /** It exists. */
    boolean alive = true;

    /** It could not be read when it was last looked at. */
    boolean faulted;

    /**
     * @param entrySizeLog2 IOCQES; 4 for the admin queue
     */
    ObservedCq(int qid, long address, int entries, int entrySizeLog2) {
        this.qid = qid;
        this.address = address;
        this.entries = entries;
        this.stride = 1 << Math.max(4, entrySizeLog2);
    }

    long slotAddress(int slot) {
        return address + (long) slot * stride;
    }

    /**
     * New entries there are, up to {@link #BATCH_MAX}.
     *
     * @throws io.nvmetap.device.MemoryFault if the queue cannot be read
     */
    int fresh(GuestMemory memory) {
        // A queue holds one entry less than it has slots.
        int most = Math.min(BATCH_MAX, entries - 1);
        int slot = next;
        int expected = phase;
        int found = 0;
        while (found < most) {
            int dw3 = memory.readInt(slotAddress(slot) + DW3);
            if ((dw3 >>> 16 & 1) != expected) {
                break;
            }
            found++;
            if (++slot == entries) {
                slot = 0;
                expected ^= 1;
            }
        }
        return found;
    }

    /** Reads the entry at {@link #next}; it is new. */
    void read(GuestMemory memory, byte[] cqe) {
        memory.read(slotAddress(next), cqe, 0, Cqe.SIZE);
    }

    void advance() {
        if (++next == entries) {
            next = 0;
            phase ^= 1;
        }
    }

    /**
     * The client acknowledged up to {@code head}: what it took and could not be read is left out.
     *
     * @return entries left out
     */
    int acknowledged(int head, boolean unreadable) {
        int read = Math.floorMod(next - acknowledged, entries);
        int taken = Math.floorMod(head - acknowledged, entries);
        acknowledged = head;
        int skipped = 0;
        while (unreadable && read + skipped < taken) {
            advance();
            skipped++;
        }
        return skipped;
    }
}
