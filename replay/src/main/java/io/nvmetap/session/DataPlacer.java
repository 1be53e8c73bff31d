package io.nvmetap.session;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.Exchange;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Gives a command data pages and PRPs (NVMe Base 2.0c 4.1.1); the offset into PRP1 is kept, and
 * that of a PRP list in its first page.
 */
final class DataPlacer {
    /** Longest transfer that gets pages. */
    static final long BYTES_MAX = 64L << 20;

    private static final int PRP_BYTES = 8;

    private final GuestArena arena;

    DataPlacer(GuestArena arena) {
        this.arena = arena;
    }

    Submitted.DataLayout place(Exchange exchange) {
        int page = arena.pageBytes();
        long bytes = Math.min(length(exchange), BYTES_MAX);
        if (bytes <= 0) {
            return Submitted.DataLayout.NONE;
        }
        long first = recordedAddress(exchange, 0);
        // PRP1 is dword aligned (Base 2.0c 4.1.1); an SGL may begin anywhere.
        long offset = first < 0 ? 0 : first % page & ~3L;
        List<Long> pages = new ArrayList<>();
        List<Long> own = new ArrayList<>();
        Set<Long> used = new HashSet<>();
        for (long at = 0; at < offset + bytes; at += page) {
            long recorded = recordedAddress(exchange, Math.max(0, at - offset));
            long address = recorded < 0 ? -1 : arena.frame(recorded);
            if (address < 0 || !used.add(address)) {
                address = arena.allocate(page);
                own.add(address);
                used.add(address);
            }
            pages.add(address);
        }
        return prps(pages, own, new Extent(offset, bytes, listOffset(exchange, page)));
    }

    /** Where data begins in its first page, how long it is, where a list of it begins. */
    private record Extent(long offset, long bytes, int listOffset) {}

    /** Offset of the recorded list in its page, 0 where PRP2 was not seen or was no list. */
    private static int listOffset(Exchange exchange, int page) {
        boolean pointer = Sqe.known(exchange.known(), Sqe.PRP2_OFFSET, PRP_BYTES);
        return pointer ? (int) (Sqe.prp2(exchange.sqe(), 0) % page) & -PRP_BYTES : 0;
    }

    private static long length(Exchange exchange) {
        if (exchange.dataBytes() >= 0) {
            return exchange.dataBytes();
        }
        long sum = 0;
        for (int i = 0; i < exchange.pageCount(); i++) {
            sum += exchange.pageLengthBytes(i);
        }
        boolean pointer = Sqe.known(exchange.known(), Sqe.PRP1_OFFSET, 8);
        return sum > 0 || !pointer || Sqe.prp1(exchange.sqe(), 0) == 0 ? sum : 4096;
    }

    /** Recorded address of byte {@code at} of the data, -1 not known. */
    private static long recordedAddress(Exchange exchange, long at) {
        long left = at;
        for (int i = 0; i < exchange.pageCount(); i++) {
            if (left < exchange.pageLengthBytes(i)) {
                return exchange.pageAddress(i) + left & Long.MAX_VALUE;
            }
            left -= exchange.pageLengthBytes(i);
        }
        boolean pointer = Sqe.known(exchange.known(), Sqe.PRP1_OFFSET, 8);
        boolean first = at == 0 && exchange.pageCount() == 0 && pointer;
        long prp1 = first ? Sqe.prp1(exchange.sqe(), 0) : 0;
        return prp1 == 0 ? -1 : prp1 & Long.MAX_VALUE;
    }

    private Submitted.DataLayout prps(List<Long> pages, List<Long> own, Extent extent) {
        long bytes = extent.bytes;
        long prp1 = pages.get(0) + extent.offset;
        if (pages.size() <= 2) {
            long prp2 = pages.size() == 2 ? pages.get(1) : 0;
            return new Submitted.DataLayout(prp1, prp2, pages, own, List.of(), bytes);
        }
        List<Long> lists = new ArrayList<>();
        int places = arena.pageBytes() / PRP_BYTES;
        long list = listPage(lists);
        long head = list + extent.listOffset;
        int place = extent.listOffset / PRP_BYTES;
        GuestMemory memory = arena.memory();
        for (int i = 1; i < pages.size(); i++) {
            if (place == places - 1 && i < pages.size() - 1) {
                long more = listPage(lists);
                memory.writeLong(list + (long) place * PRP_BYTES, more);
                list = more;
                place = 0;
            }
            memory.writeLong(list + (long) place++ * PRP_BYTES, pages.get(i));
        }
        return new Submitted.DataLayout(prp1, head, pages, own, lists, bytes);
    }

    private long listPage(List<Long> lists) {
        long page = arena.allocate(arena.pageBytes());
        lists.add(page);
        return page;
    }

    /** Takes back what was allocated for one command only. */
    void release(Submitted.DataLayout data) {
        data.own().forEach(page -> arena.release(page, arena.pageBytes()));
        data.lists().forEach(page -> arena.release(page, arena.pageBytes()));
    }

    /** What is in the pages now. */
    byte[] content(Submitted.DataLayout data, int bytesMax) {
        int count = (int) Math.min(data.bytes(), bytesMax);
        byte[] content = new byte[count];
        int done = 0;
        for (int i = 0; i < data.pages().size() && done < count; i++) {
            long from = i == 0 ? data.prp1() : data.pages().get(i);
            int room = (int) (arena.pageBytes() - from % arena.pageBytes());
            int part = Math.min(room, count - done);
            arena.memory().read(from, content, done, part);
            done += part;
        }
        return content;
    }
}
