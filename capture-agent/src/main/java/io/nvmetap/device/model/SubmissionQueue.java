package io.nvmetap.device.model;

import java.util.LinkedHashMap;
import java.util.Map;

/** A submission queue as the controller keeps it. */
final class SubmissionQueue {
    final int id;
    final long base;
    final int size;
    final int entryBytes;
    final CompletionQueue cq;

    /** Commands fetched and not completed, by identifier; at most one of each. */
    final Map<Integer, Command> inFlight = new LinkedHashMap<>();

    int head;
    int tail;
    boolean fetchScheduled;
    boolean stalled;

    SubmissionQueue(int id, long base, int size, int entryBytes, CompletionQueue cq) {
        this.id = id;
        this.base = base;
        this.size = size;
        this.entryBytes = entryBytes;
        this.cq = cq;
    }

    boolean empty() {
        return head == tail;
    }

    /** Entries that a driver may still add. */
    int room() {
        return size - 1 - Math.floorMod(tail - head, size);
    }
}
