package io.nvmetap.proxy;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.nvme.Cqe;

/**
 * A completion queue in the client's memory, and how far it was read. An entry is new if its phase
 * tag is that of the lap we are in (NVMe Base 2.0c 3.3.3.2.2), so none is taken twice.
 *
 * <p>Design note: phase tags mean nothing before a command is in flight. Linux (seen in 6.1) clears
 * the memory of a queue after it created it, and until then the entries of the queue that lay there
 * before look new.
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

    /** Commands in flight that complete here. */
    int owed;

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
     * New entries there are, up to {@code limit} and {@link #BATCH_MAX}.
     *
     * @throws io.nvmetap.device.MemoryFault if the queue cannot be read
     */
    int fresh(GuestMemory memory, int limit) {
        // A queue holds one entry less than it has slots.
        int most = Math.min(Math.min(limit, BATCH_MAX), entries - 1);
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

    /** Entries that a head which the client tells covers and that were not read. */
    int unread(int head) {
        int read = Math.floorMod(next - acknowledged, entries);
        return Math.max(0, Math.floorMod(head - acknowledged, entries) - read);
    }

    /** The client took what is before {@code head}. */
    void acknowledged(int head) {
        acknowledged = head;
    }
}
