package io.nvmetap.device.model;

import io.nvmetap.nvme.Sqe;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which buffers commands' PRP1 name now, and named lately ({@link Quirk#BUFFER_REUSE_STALL}). What
 * those who met the quirk reused was the buffer as a whole; parts of one page that belong to
 * different buffers (a file system with blocks of 1 KiB) do not count, or no system would start.
 */
final class BufferUse {
    /** Buffers of ended commands that are remembered. */
    static final int REMEMBERED_MAX = 1024;

    private static final long IN_FLIGHT = Long.MAX_VALUE;

    private final ModelState state;

    /** When a buffer's command ended, or {@link #IN_FLIGHT}. */
    private final Map<Long, Long> endedNs = new LinkedHashMap<>();

    BufferUse(ModelState state) {
        this.state = state;
    }

    void clear() {
        endedNs.clear();
    }

    /** Notes the command's buffer; true if it is in use or was a moment ago. */
    boolean reused(Command command) {
        if (command.dataBytes <= 0) {
            return false;
        }
        Long before = endedNs.put(buffer(command), IN_FLIGHT);
        return before != null
                && (before == IN_FLIGHT
                        || state.nowNs() - before < state.knobs.bufferReuseWindowNs());
    }

    void release(Command command) {
        if (command.dataBytes > 0 && endedNs.remove(buffer(command)) != null) {
            endedNs.put(buffer(command), state.nowNs());
            if (endedNs.size() > REMEMBERED_MAX + QueueTable.IN_FLIGHT_MAX) {
                endedNs.remove(endedNs.keySet().iterator().next());
            }
        }
    }

    private static long buffer(Command command) {
        return Sqe.prp1(command.sqe, 0);
    }
}
