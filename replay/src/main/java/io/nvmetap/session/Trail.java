package io.nvmetap.session;

import java.util.Map;
import java.util.TreeMap;

/** Which event of the recording was being replayed when the replay recorded an event of its own. */
final class Trail {
    private final TreeMap<Long, Long> steps = new TreeMap<>();

    /**
     * From here on this event is replayed.
     *
     * @param ownSeq next event of the replay's own recording
     * @param seq event of the recording
     */
    void step(long ownSeq, long seq) {
        steps.put(ownSeq, seq);
    }

    /**
     * @return the event replayed when the replay recorded {@code ownSeq}, -1 not known
     */
    long at(long ownSeq) {
        Map.Entry<Long, Long> step = steps.floorEntry(ownSeq);
        return step == null ? -1 : step.getValue();
    }
}
