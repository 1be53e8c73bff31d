package io.nvmetap.rule.pointer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.PrpWalk;
import io.nvmetap.nvme.Sqe;
import java.io.Serializable;
import java.util.List;

/**
 * Where the data of one command lie by its raw PRP entries and the list entries that were read for
 * it: the reference walk, with the place of each entry, to hold against the pages that were used.
 */
final class ListWalk implements Serializable {
    private static final long serialVersionUID = 1L;

    static final int ENTRY_BYTES = 8;

    /**
     * List entries as somebody read them.
     *
     * @param address of the first
     * @param entries raw, little-endian
     * @param seq event that told them
     */
    record Run(long address, byte[] entries, long seq) implements Serializable {
        boolean covers(long at) {
            return at >= address && at - address <= entries.length - ENTRY_BYTES;
        }

        long entry(long at) {
            return LittleEndian.i64(entries, (int) (at - address));
        }
    }

    final long prp1;
    final long prp2;
    final long fetchedSeq;
    final int pageSize;
    final List<Run> runs;

    /** Pages found, as far as entries were there: the first is that of PRP1. */
    final int count;

    private final long[] address;
    private final int[] length;

    /** Where the entry of a page stands; and the pointer to a list page just before it, or 0. */
    private final long[] place;

    private final long[] pointer;

    /**
     * @param e a command with known PRP entries and length that needs a list
     * @param runs what was read of it
     * @param pages scratch space, overwritten
     */
    ListWalk(CapturedEvent e, int pageSize, List<Run> runs, PageList pages) {
        this.prp1 = Sqe.prp1(e.entry, 0);
        this.prp2 = Sqe.prp2(e.entry, 0);
        this.fetchedSeq = e.seq;
        this.pageSize = pageSize;
        this.runs = runs;
        PrpWalk.walk(prp1, prp2, e.dataBytes, pageSize, this::entry, pages);
        count = pages.size();
        address = new long[count];
        length = new int[count];
        place = new long[count];
        pointer = new long[count];
        long at = prp2;
        long rest = e.dataBytes;
        for (int i = 0; i < count; i++) {
            address[i] = pages.address(i);
            length[i] = pages.length(i);
            if (i > 0) {
                if (last(at) && rest > pageSize) {
                    pointer[i] = entry(at);
                    at = pointer[i];
                }
                place[i] = at;
                at += ENTRY_BYTES;
            }
            rest -= length[i];
        }
    }

    /** Whether a command is described by PRPs that are all known, and needs a list. */
    static boolean needed(CapturedEvent e, int pageSize) {
        boolean known = e.knows(Sqe.PRP1_OFFSET, 8) && e.knows(Sqe.PRP2_OFFSET, 8);
        long first = pageSize - (Sqe.prp1(e.entry, 0) & pageSize - 1);
        return !e.sgl && known && e.dataBytes - first > pageSize;
    }

    private boolean last(long at) {
        return (at & pageSize - 1) == pageSize - ENTRY_BYTES;
    }

    /** The entry at an address, if it was read. */
    long entry(long at) {
        for (Run r : runs) {
            if (r.covers(at)) {
                return r.entry(at);
            }
        }
        return PrpWalk.UNREADABLE;
    }

    long address(int i) {
        return address[i];
    }

    /** The pointer to a list page that stands just before the entry of page {@code i}; 0 none. */
    long pointer(int i) {
        return pointer[i];
    }

    /** Page {@code i} is the one entry of its list that stands in the last place and is data. */
    boolean lastPlace(int i) {
        return i > 0 && last(place[i]);
    }

    /** The first event of the evidence beside the command's: a run that covers the address. */
    long seqOf(long at) {
        for (Run r : runs) {
            if (r.covers(at)) {
                return r.seq;
            }
        }
        return -1;
    }

    /**
     * Holds the pages used against these.
     *
     * @return the first page that is elsewhere; or, if none is, {@code -1 -} pages compared
     */
    int difference(CapturedEvent used) {
        int run = 0;
        int in = 0;
        for (int i = 0; i < count; i++) {
            for (int done = 0; done < length[i]; ) {
                if (run == used.pageCount) {
                    return -1 - i;
                }
                if (used.pageAddress[run] + in != address[i] + done) {
                    return i;
                }
                int part = Math.min(length[i] - done, used.pageLengthBytes[run] - in);
                done += part;
                in += part;
                if (in >= used.pageLengthBytes[run]) {
                    run++;
                    in = 0;
                }
            }
        }
        return -1 - count;
    }

    /** Where the first byte of page {@code i} was put; -1 nowhere. */
    long usedFor(CapturedEvent used, int i) {
        long bytes = 0;
        for (int k = 0; k < i; k++) {
            bytes += length[k];
        }
        for (int run = 0; run < used.pageCount; run++) {
            if (bytes < used.pageLengthBytes[run]) {
                return used.pageAddress[run] + bytes;
            }
            bytes -= used.pageLengthBytes[run];
        }
        return -1;
    }
}
