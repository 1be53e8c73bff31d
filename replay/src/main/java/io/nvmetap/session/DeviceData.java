package io.nvmetap.session;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.PrpWalk;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/** Data from the controller that is played back, along the PRPs it was given. */
final class DeviceData {
    private final PageList pages = new PageList();
    private GuestMemory memory;

    void connect(GuestMemory newMemory) {
        memory = newMemory;
    }

    /** Writes; the status that results. */
    int send(byte[] sqe, byte[] content, int pageBytes) {
        PrpWalk.Result walked =
                PrpWalk.walk(
                        Sqe.prp1(sqe, 0),
                        Sqe.prp2(sqe, 0),
                        content.length,
                        pageBytes,
                        this::entry,
                        pages);
        if (walked != PrpWalk.Result.OK) {
            return StatusCode.PRP_OFFSET_INVALID | StatusCode.DNR;
        }
        int at = 0;
        try {
            for (int i = 0; i < pages.size(); i++) {
                memory.write(pages.address(i), content, at, pages.length(i));
                at += pages.length(i);
            }
        } catch (MemoryFault e) {
            return StatusCode.DATA_TRANSFER_ERROR;
        }
        return 0;
    }

    private long entry(long address) {
        try {
            return memory.readLong(address);
        } catch (MemoryFault e) {
            return PrpWalk.UNREADABLE;
        }
    }
}
