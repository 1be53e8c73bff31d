package io.nvmetap.history;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Sqe;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What was fetched from each slot of a submission queue last, as a digest: who reads a slot before
 * the tail that covers it finds the command of the lap before. Two numbers a slot, grown as slots
 * are used.
 */
public final class FetchedSlots implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int FIRST = 16;
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private final int sizeEntries;
    private long[] digests = new long[0];

    /** Event plus one, 0 none. */
    private long[] seqs = new long[0];

    FetchedSlots(int sizeEntries) {
        this.sizeEntries = sizeEntries;
    }

    /**
     * Remembers the entry.
     *
     * @return the event that fetched the same bytes from this slot the last time, -1 others or none
     */
    long put(CapturedEvent e) {
        if (e.slot < 0 || e.slot >= sizeEntries || !e.knows(0, Sqe.SIZE)) {
            return -1;
        }
        if (e.slot >= digests.length) {
            int length = Math.min(sizeEntries, Math.max(FIRST, 2 * e.slot + 1));
            digests = Arrays.copyOf(digests, length);
            seqs = Arrays.copyOf(seqs, length);
        }
        long digest = digest(e);
        long same = digests[e.slot] == digest ? seqs[e.slot] - 1 : -1;
        digests[e.slot] = digest;
        seqs[e.slot] = e.seq + 1;
        return same;
    }

    private static long digest(CapturedEvent e) {
        long digest = 1;
        int whole = e.entryBytes & -Long.BYTES;
        for (int i = 0; i < whole; i += Long.BYTES) {
            digest = (digest ^ LittleEndian.i64(e.entry, i)) * MULTIPLIER;
            digest ^= digest >>> 29;
        }
        for (int i = whole; i < e.entryBytes; i++) {
            digest = (digest ^ e.entry[i] & 0xFF) * MULTIPLIER;
            digest ^= digest >>> 29;
        }
        return digest;
    }
}
