package io.nvmetap.device.model;

import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayDeque;
import java.util.Iterator;

/** The Error Information log (NVMe Base 2.0c 5.16.1.2): the last {@link #ENTRIES} failures. */
final class ErrorLog {
    static final int ENTRIES = 64;
    static final int ENTRY_BYTES = 64;

    private final ArrayDeque<byte[]> entries = new ArrayDeque<>();
    private long count;

    long count() {
        return count;
    }

    void add(Command command, int status) {
        byte[] entry = new byte[ENTRY_BYTES];
        LittleEndian.put64(entry, 0, ++count);
        LittleEndian.put16(entry, 8, command.sq.id);
        LittleEndian.put16(entry, 10, command.cid());
        LittleEndian.put16(entry, 12, status << 1);
        LittleEndian.put16(entry, 14, 0xFFFF);
        LittleEndian.put64(entry, 16, command.admin() ? 0 : NvmSqe.slba(command.sqe, 0));
        LittleEndian.put32(entry, 24, (int) Sqe.nsid(command.sqe, 0));
        if (entries.size() == ENTRIES) {
            entries.removeLast();
        }
        entries.addFirst(entry);
    }

    /** Newest first, zero padded. */
    byte[] page() {
        byte[] page = new byte[ENTRIES * ENTRY_BYTES];
        int at = 0;
        for (Iterator<byte[]> each = entries.iterator(); each.hasNext(); at += ENTRY_BYTES) {
            System.arraycopy(each.next(), 0, page, at, ENTRY_BYTES);
        }
        return page;
    }
}
