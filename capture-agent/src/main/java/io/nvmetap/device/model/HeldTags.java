package io.nvmetap.device.model;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Identifiers that a controller under {@link Quirk#TAGS_HELD} still has though their completion is
 * visible. No more than the completion queues hold, and one moment an identifier.
 */
final class HeldTags {
    /** How long after the acknowledgement. */
    static final long HOLD_NS = 2_000;

    private final Map<Integer, ArrayDeque<Integer>> unacked = new HashMap<>();
    private final Map<Integer, Long> until = new HashMap<>();

    void clear() {
        unacked.clear();
        until.clear();
    }

    /** A completion of this identifier was posted. */
    void posted(int cqid, int cid) {
        unacked.computeIfAbsent(cqid, q -> new ArrayDeque<>()).add(cid);
    }

    /** So many entries of a queue were acknowledged. */
    void acknowledged(int cqid, int entries, long nowNs) {
        ArrayDeque<Integer> waiting = unacked.get(cqid);
        for (int i = 0; i < entries && waiting != null && !waiting.isEmpty(); i++) {
            until.put(waiting.poll(), nowNs + HOLD_NS);
        }
    }

    /** A completion queue was deleted. */
    void gone(int cqid) {
        unacked.remove(cqid);
    }

    boolean holds(int cid, long nowNs) {
        return until.getOrDefault(cid, Long.MIN_VALUE) > nowNs
                || unacked.values().stream().anyMatch(waiting -> waiting.contains(cid));
    }
}
