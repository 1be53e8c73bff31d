package io.nvmetap.mediator;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.DataLength;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.Sqe;

/** The data pages of one command at a time: reused, no allocation per command. */
final class Pages {
    private final PageList list = new PageList();
    private final FaultSwitch faults;
    private final DataWalk walk;
    private final long[] prps = new long[2];
    private GuestMemory memory;

    /** Command the pages belong to. */
    long commandId;

    private long dataBytes;
    private boolean sgl;
    private boolean walked;
    private boolean bounced;

    /**
     * @param faults faults of the walk, null none
     */
    Pages(FaultSwitch faults) {
        this.faults = faults;
        this.walk = new DataWalk(faults);
    }

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

    /** Whether the last walk followed a PRP list. */
    boolean listed() {
        return walk.listed();
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
        bounced = admin && IdentifyFilter.bounces(sqe, from);
        list.clear();
    }

    /** Walks the data pointer of what was measured. */
    void walk(byte[] sqe, int from, int pageSize) {
        walk(Sqe.prp1(sqe, from), Sqe.prp2(sqe, from), pageSize, null);
    }

    /** The same for pointers that are not in the entry. */
    void walk(long prp1, long prp2, int pageSize, DataWalk.Lists lists) {
        list.clear();
        walked = false;
        if (sgl || dataBytes <= 0) {
            return;
        }
        // fault: bounce-ignores-prp2. One piece from PRP1 on, whatever page comes next.
        if (bounced && faults != null && faults.has(MediatorFault.BOUNCE_IGNORES_PRP2)) {
            list.add(prp1, (int) dataBytes);
            walked = true;
            return;
        }
        prps[0] = prp1;
        prps[1] = prp2;
        walked = walk.walk(prps, dataBytes, pageSize, memory, list, lists);
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
}
