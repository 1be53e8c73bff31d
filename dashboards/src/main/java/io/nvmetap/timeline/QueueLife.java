package io.nvmetap.timeline;

import io.nvmetap.event.Side;

/**
 * A queue from the event that made it to the one that ended it.
 *
 * @param controller controller index
 * @param side side
 * @param completion completion queue, else submission queue
 * @param qid queue
 * @param sizeEntries entries
 * @param partner completion queue of a submission queue, vector of a completion queue, -1 none
 * @param fromOrdinal event that made it
 * @param toOrdinal event that ended it, {@link Integer#MAX_VALUE} if none did
 */
public record QueueLife(
        int controller,
        Side side,
        boolean completion,
        int qid,
        int sizeEntries,
        int partner,
        int fromOrdinal,
        int toOrdinal) {
    QueueLife until(int ordinal) {
        return new QueueLife(
                controller, side, completion, qid, sizeEntries, partner, fromOrdinal, ordinal);
    }

    /** Whether it exists just after an event. */
    public boolean existsAt(int ordinal) {
        return fromOrdinal <= ordinal && ordinal < toOrdinal;
    }
}
