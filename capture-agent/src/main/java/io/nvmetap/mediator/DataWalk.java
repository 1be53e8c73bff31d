package io.nvmetap.mediator;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.PageList;
import io.nvmetap.nvme.PrpWalk;
import java.util.Arrays;

/**
 * How the mediator follows PRP entries (NVMe Base 2.0c 4.1.1): written apart from the reference
 * walk that rules use, so that one can show a mistake of the other. Keeps the list entries it read.
 */
final class DataWalk {
    private static final int ENTRY_BYTES = 8;

    /** Told each run of list entries that was read. */
    interface Lists {
        /** {@code entries} is the receiver's to keep. */
        void read(long address, byte[] entries);
    }

    private final FaultSwitch faults;
    private byte[] run = new byte[512];
    private int runBytes;
    private boolean listed;

    /**
     * @param faults faults of the walk, null none
     */
    DataWalk(FaultSwitch faults) {
        this.faults = faults;
    }

    /** Whether the last walk followed a list. */
    boolean listed() {
        return listed;
    }

    /**
     * Fills {@code out} with the pages of {@code bytes} of data.
     *
     * @param lists told what was read, null nobody
     * @return false if the entries cannot be followed to the end
     */
    boolean walk(long[] prps, long bytes, int pageSize, GuestMemory m, PageList out, Lists lists) {
        out.clear();
        listed = false;
        int offset = (int) prps[0] & pageSize - 1;
        boolean tooLong = bytes > (long) PrpWalk.MAX_SEGMENTS * pageSize - offset;
        if ((prps[0] & 3) != 0 || tooLong) {
            return false;
        }
        int first = (int) Math.min(bytes, pageSize - offset);
        out.add(prps[0], first);
        long rest = bytes - first;
        if (rest > pageSize) {
            listed = true;
            return (prps[1] & 7) == 0 && list(prps[1], rest, pageSize, m, out, lists);
        }
        if (rest > 0) {
            if ((prps[1] & pageSize - 1) != 0) {
                return false;
            }
            out.add(prps[1], (int) rest);
        }
        return true;
    }

    private boolean list(
            long pointer, long bytes, int pageSize, GuestMemory m, PageList out, Lists lists) {
        long at = pointer;
        // fault: prp-list-nonzero-offset. The list's page is taken, its place in there forgotten.
        if (has(MediatorFault.PRP_LIST_NONZERO_OFFSET)) {
            at &= -(long) pageSize;
        }
        boolean wrong = has(MediatorFault.PRP_LIST_LAST_ENTRY);
        long runAt = at;
        long rest = bytes;
        boolean good = true;
        runBytes = 0;
        while (rest > 0 && good) {
            long entry;
            try {
                entry = m.readLong(at);
            } catch (MemoryFault missing) {
                good = false;
                break;
            }
            keep(entry);
            boolean last = (at & pageSize - 1) == pageSize - ENTRY_BYTES;
            boolean next = last && rest > pageSize;
            // fault: prp-list-last-entry. Data for the next list, the next list for data.
            if (wrong) {
                next ^= last;
                entry &= -(long) pageSize;
            }
            good = (entry & pageSize - 1) == 0;
            at += ENTRY_BYTES;
            if (good && next) {
                tell(runAt, lists);
                at = entry;
                runAt = entry;
            } else if (good) {
                int length = (int) Math.min(rest, pageSize);
                out.add(entry, length);
                rest -= length;
            }
        }
        tell(runAt, lists);
        return good;
    }

    private boolean has(MediatorFault fault) {
        return faults != null && faults.has(fault);
    }

    private void keep(long entry) {
        if (runBytes == run.length) {
            run = Arrays.copyOf(run, 2 * runBytes);
        }
        LittleEndian.put64(run, runBytes, entry);
        runBytes += ENTRY_BYTES;
    }

    private void tell(long address, Lists lists) {
        if (lists != null && runBytes > 0) {
            lists.read(address, Arrays.copyOf(run, runBytes));
        }
        runBytes = 0;
    }
}
