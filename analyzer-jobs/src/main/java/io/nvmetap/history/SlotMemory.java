package io.nvmetap.history;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.Cqe;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What each slot of a completion queue held last: CID, SQID, SQHD and phase tag. Who reads an entry
 * before its phase tag finds what the slot held a lap ago. One number and one event a slot, grown
 * as slots are used.
 */
public final class SlotMemory implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int FIRST = 16;
    private static final long FIELDS = 0xFFFF_FFFF_FFFFL;
    private static final long PHASE = 1L << 48;
    private static final long PHASE_KNOWN = 1L << 49;
    private static final long HELD = 1L << 50;

    private final int sizeEntries;
    private long[] entries = new long[0];
    private long[] seqs = new long[0];

    SlotMemory(int sizeEntries) {
        this.sizeEntries = sizeEntries;
    }

    /** Whether the event tells its slot and the fields kept here. */
    boolean takes(CapturedEvent e) {
        return e.slot >= 0 && e.slot < sizeEntries && e.knows(Cqe.SQHD_OFFSET, 6);
    }

    /** Whether the event's slot was used before. */
    boolean holds(CapturedEvent e) {
        return e.slot < entries.length && entries[e.slot] != 0;
    }

    /**
     * @param newPhase the phase tag must differ where both are known, as it does a lap later;
     *     otherwise it must be the same
     * @return the event that put the same CID, SQID and SQHD into this slot, -1 none did
     */
    long same(CapturedEvent e, boolean newPhase) {
        long held = e.slot < entries.length ? entries[e.slot] : 0;
        long now = pack(e);
        if ((held & HELD) == 0 || ((held ^ now) & FIELDS) != 0) {
            return -1;
        }
        boolean known = (held & now & PHASE_KNOWN) != 0;
        boolean differs = ((held ^ now) & PHASE) != 0;
        return known && differs != newPhase ? -1 : seqs[e.slot];
    }

    /** The slot now holds this entry. */
    void put(CapturedEvent e) {
        if (e.slot >= entries.length) {
            int length = Math.min(sizeEntries, Math.max(FIRST, 2 * e.slot + 1));
            entries = Arrays.copyOf(entries, length);
            seqs = Arrays.copyOf(seqs, length);
        }
        entries[e.slot] = pack(e);
        seqs[e.slot] = e.seq;
    }

    /** No slot was used. */
    boolean isEmpty() {
        return entries.length == 0;
    }

    private static long pack(CapturedEvent e) {
        long phase = Cqe.phaseKnown((int) e.known) ? PHASE_KNOWN : 0;
        if (phase != 0 && Cqe.phase(e.entry, 0) != 0) {
            phase |= PHASE;
        }
        return Cqe.cid(e.entry, 0)
                | (long) Cqe.sqid(e.entry, 0) << 16
                | (long) Cqe.sqhd(e.entry, 0) << 32
                | phase
                | HELD;
    }
}
