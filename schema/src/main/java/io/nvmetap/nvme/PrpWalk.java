package io.nvmetap.nvme;

/**
 * Reference walk of a data pointer made of PRP entries (NVMe Base 2.0c 4.1.1, Physical Region Page
 * Entry and List).
 *
 * <p>PRP1 may point into a page (dword aligned). If the rest fits one page, PRP2 is that page and
 * has no offset; if more, PRP2 points at a PRP list, eight-byte aligned, which may begin anywhere
 * in its page. Entries of a list are whole pages. The last place of a list page is a pointer to the
 * next list page only if more than one page of data is still to come; a next list page has no
 * offset. If PRP1 covers everything, PRP2 is not looked at, whatever it holds.
 *
 * <p>Bounded by the length asked for and by {@link #MAX_SEGMENTS}, so a list that points at itself
 * ends too.
 */
public final class PrpWalk {
    /** Most segments of one command: 256 MiB of 4 KiB pages (65536 blocks of 4 KiB) and a part. */
    public static final int MAX_SEGMENTS = 65_537;

    /** What a {@link PageReader} answers for an address it cannot read; never a legal entry. */
    public static final long UNREADABLE = -1L;

    private static final int ENTRY_BYTES = 8;

    /** Reads the little-endian 64-bit entry at a guest physical address. */
    @FunctionalInterface
    public interface PageReader {
        /** The entry, or {@link #UNREADABLE}. */
        long read(long address);
    }

    /** How a walk ended. In every case but OK the segments found so far stay in the list. */
    public enum Result {
        OK,
        /** PRP1 is not dword aligned. */
        PRP1_MISALIGNED,
        /** PRP2 is the second page and has an offset. */
        PRP2_MISALIGNED,
        /** PRP2 points at a list and is not qword aligned, or a next list page has an offset. */
        LIST_MISALIGNED,
        /** An entry inside a list has an offset. */
        ENTRY_MISALIGNED,
        /** A list could not be read. */
        LIST_UNREADABLE,
        /** More than {@link #MAX_SEGMENTS} pages. */
        TOO_LONG,
        /** A negative length, such as {@link DataLength#UNKNOWN}. */
        LENGTH_UNKNOWN
    }

    private PrpWalk() {}

    /**
     * Walks {@code lengthBytes} of data.
     *
     * @param pageSize memory page of the controller, {@link Registers#ccPageSize}
     * @param out cleared first, then filled with segments of at least one byte each
     * @throws IllegalArgumentException if {@code pageSize} is no power of two from 4096
     */
    public static Result walk(
            long prp1, long prp2, long lengthBytes, int pageSize, PageReader reader, PageList out) {
        if (pageSize < 4096 || Integer.bitCount(pageSize) != 1) {
            throw new IllegalArgumentException("page size " + pageSize);
        }
        out.clear();
        if (lengthBytes < 0) {
            return Result.LENGTH_UNKNOWN;
        }
        if (lengthBytes == 0) {
            return Result.OK;
        }
        if ((prp1 & 3) != 0) {
            return Result.PRP1_MISALIGNED;
        }
        int offset = (int) prp1 & pageSize - 1;
        if (lengthBytes > (long) MAX_SEGMENTS * pageSize - offset) {
            return Result.TOO_LONG;
        }
        int first = (int) Math.min(lengthBytes, pageSize - offset);
        out.add(prp1, first);
        long remaining = lengthBytes - first;
        if (remaining == 0) {
            return Result.OK;
        }
        if (remaining > pageSize) {
            return walkLists(prp2, remaining, pageSize, reader, out);
        }
        if ((prp2 & pageSize - 1) != 0) {
            return Result.PRP2_MISALIGNED;
        }
        out.add(prp2, (int) remaining);
        return Result.OK;
    }

    private static Result walkLists(
            long list, long bytes, int pageSize, PageReader reader, PageList out) {
        if ((list & ENTRY_BYTES - 1) != 0) {
            return Result.LIST_MISALIGNED;
        }
        long at = list;
        long remaining = bytes;
        out.addList(at);
        while (remaining > 0) {
            long entry = reader.read(at);
            if (entry == UNREADABLE) {
                return Result.LIST_UNREADABLE;
            }
            boolean lastPlace = (at & pageSize - 1) == pageSize - ENTRY_BYTES;
            boolean aligned = (entry & pageSize - 1) == 0;
            if (lastPlace && remaining > pageSize) {
                if (!aligned) {
                    return Result.LIST_MISALIGNED;
                }
                at = entry;
                out.addList(at);
                continue;
            }
            if (!aligned) {
                return Result.ENTRY_MISALIGNED;
            }
            int length = (int) Math.min(remaining, pageSize);
            out.add(entry, length);
            remaining -= length;
            at += ENTRY_BYTES;
        }
        return Result.OK;
    }
}
