package io.nvmetap.timeline;

import io.nvmetap.event.Side;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The lanes of a capture. */
final class LaneTable {
    /** Lanes kept; what would need more is counted and not shown. */
    static final int LANES_MAX = 1024;

    private final Map<Long, Lane> lanes = new HashMap<>();
    private long refused;

    /** The lane; null if there are too many. */
    Lane lane(int controller, LaneKind kind, Side side, int qid) {
        long key =
                (long) controller << 32
                        | (long) kind.ordinal() << 24
                        | (long) side.ordinal() << 20
                        | qid + 1;
        Lane lane = lanes.get(key);
        if (lane == null) {
            if (lanes.size() >= LANES_MAX) {
                refused++;
                return null;
            }
            lane = new Lane(controller, kind, side, qid);
            lanes.put(key, lane);
        }
        return lane;
    }

    long refused() {
        return refused;
    }

    /** By controller; what is common to it, then queues with the guest's side first, interrupts. */
    List<Lane> all() {
        List<Lane> sorted = new ArrayList<>(lanes.values());
        sorted.sort(
                Comparator.comparingInt(Lane::controller)
                        .thenComparing(Lane::kind)
                        .thenComparingInt(Lane::qid)
                        .thenComparing(Lane::side));
        return sorted;
    }

    void trim() {
        lanes.values().forEach(Lane::trim);
    }
}
