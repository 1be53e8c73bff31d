package io.nvmetap.rule;

import io.nvmetap.history.Command;

/**
 * Queue and command a finding is about; -1 where none is meant.
 *
 * @param sqid submission queue
 * @param cqid completion queue
 * @param cid command identifier
 */
public record Where(int sqid, int cqid, int cid) {
    /** The controller as a whole. */
    public static final Where NOWHERE = new Where(-1, -1, -1);

    public static Where sq(int sqid) {
        return new Where(sqid, -1, -1);
    }

    public static Where cq(int cqid) {
        return new Where(-1, cqid, -1);
    }

    public static Where of(Command c) {
        return new Where(c.sqid, c.cqid, c.cid);
    }
}
