package io.nvmetap.mediator;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.DataLength;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.PrpWalk;
import io.nvmetap.nvme.Sqe;

/** The data pages of one command at a time: reused, no allocation per command. */
final class Pages {
    private final PageList list = new PageList();
    private GuestMemory memory;
    private final PrpWalk.PageReader reader = this::entry;

    /** Command the pages belong to. */
    long commandId;

    private long dataBytes;
    private boolean sgl;
    private boolean walked;

    /** Sets the memory that PRP lists are read from. */
    void memory(GuestMemory newMemory) {
        memory = newMemory;
    }

    /** Bytes the command moves, -1 unknown. */
    long dataBytes() {
        return dataBytes;
    }

    /** Whether the last walk found all pages. */
    boolean walked() {
        return walked;
    }

    PageList list() {
        return list;
    }

    /** Length only. */
    void measure(boolean admin, byte[] sqe, int from, long newCommandId, int blockBytes) {
        commandId = newCommandId;
        sgl = Sqe.psdt(sqe, from) != Sqe.PSDT_PRP;
        dataBytes = DataLength.of(admin, sqe, from, Sqe.KNOWN_ALL, blockBytes);
        walked = false;
        list.clear();
    }

    /** Walks the data pointer of what was measured. */
    void walk(byte[] sqe, int from, int pageSize) {
        list.clear();
        walked = false;
        if (sgl || dataBytes <= 0) {
            return;
        }
        long prp1 = Sqe.prp1(sqe, from);
        long prp2 = Sqe.prp2(sqe, from);
        walked = PrpWalk.walk(prp1, prp2, dataBytes, pageSize, reader, list) == PrpWalk.Result.OK;
    }

    /** Puts length and pages into an event, up to its bound. */
    void into(CapturedEvent e) {
        e.dataBytes = dataBytes;
        e.sgl = sgl;
        int count = Math.min(list.size(), CapturedEvent.PAGES_MAX);
        for (int i = 0; i < count; i++) {
            e.page(list.address(i), list.length(i));
        }
    }

    /**
     * Copies between the pages and a buffer.
     *
     * @return false if memory was missing
     */
    boolean copy(byte[] buffer, boolean toPages) {
        int done = 0;
        try {
            for (int i = 0; i < list.size() && done < buffer.length; i++) {
                int part = Math.min(list.length(i), buffer.length - done);
                if (toPages) {
                    memory.write(list.address(i), buffer, done, part);
                } else {
                    memory.read(list.address(i), buffer, done, part);
                }
                done += part;
            }
            return true;
        } catch (MemoryFault missing) {
            return false;
        }
    }

    private long entry(long address) {
        try {
            return memory.readLong(address);
        } catch (MemoryFault missing) {
            return PrpWalk.UNREADABLE;
        }
    }
}
