package io.nvmetap.export.perfetto;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.QueueState;
import io.nvmetap.event.Side;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The queues of a trace, by controller, side and number. */
final class Queues {
    /** Queues of each kind that are drawn; what happens on others is left out. */
    static final int QUEUES_MAX = 8192;

    private record Place(int controller, Side side) {}

    private record Key(Place place, int qid) {}

    private final Map<Key, QueueLanes> submission = new HashMap<>();
    private final Map<Key, CompletionLine> completion = new HashMap<>();
    private final Map<Place, List<QueueLanes>> submissionOf = new HashMap<>();
    private final Map<Place, List<CompletionLine>> completionOf = new HashMap<>();

    /** Counts gaps: what a doorbell told before the last one does not count. */
    private int gaps;

    /**
     * @return the submission queue, null if there are too many
     */
    QueueLanes submission(int controller, Side side, int sqid) {
        Place place = new Place(controller, side);
        Key key = new Key(place, sqid);
        QueueLanes known = submission.get(key);
        if (known == null && submission.size() < QUEUES_MAX) {
            known = new QueueLanes(controller, side, sqid);
            submission.put(key, known);
            submissionOf.computeIfAbsent(place, k -> new ArrayList<>()).add(known);
        }
        return known;
    }

    /**
     * @return the completion queue, null if there are too many
     */
    CompletionLine completion(int controller, Side side, int cqid) {
        Place place = new Place(controller, side);
        Key key = new Key(place, cqid);
        CompletionLine known = completion.get(key);
        if (known == null && completion.size() < QUEUES_MAX) {
            known = new CompletionLine();
            // The admin completion queue uses vector 0 (NVMe Base 2.0, section 3.3.1.3).
            known.vector = cqid == 0 ? 0 : -1;
            completion.put(key, known);
            completionOf.computeIfAbsent(place, k -> new ArrayList<>()).add(known);
        }
        return known;
    }

    /**
     * @return submission queues of one side of a controller
     */
    List<QueueLanes> of(int controller, Side side) {
        return submissionOf.getOrDefault(new Place(controller, side), List.of());
    }

    /**
     * @return completion queues of one side of a controller
     */
    List<CompletionLine> lines(int controller, Side side) {
        return completionOf.getOrDefault(new Place(controller, side), List.of());
    }

    /** Events are missing. */
    void gap() {
        gaps++;
    }

    /**
     * @return how many gaps there were
     */
    int gaps() {
        return gaps;
    }

    /** Takes the vectors of completion queues from a snapshot. */
    void vectors(CapturedEvent e, LiveState state, Side side) {
        for (QueueState q : state.queues()) {
            if (q.completion()) {
                CompletionLine line = completion(e.controller, side, q.qid());
                if (line != null) {
                    line.vector = q.vector();
                }
            }
        }
    }
}
