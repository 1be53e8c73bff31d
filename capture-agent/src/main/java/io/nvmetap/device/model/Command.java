package io.nvmetap.device.model;

import io.nvmetap.nvme.Sqe;

/** A command between its fetch and its completion. */
final class Command {
    final SubmissionQueue sq;
    final byte[] sqe;
    final long fetchedNs;

    /** Bytes its data pointer moves, or {@link io.nvmetap.nvme.DataLength#UNKNOWN}. */
    long dataBytes;

    /** DW0 of the completion. */
    int dw0;

    /** Completed, aborted or forgotten: what was scheduled for it must not happen. */
    boolean done;

    Command(SubmissionQueue sq, byte[] sqe, long fetchedNs) {
        this.sq = sq;
        this.sqe = sqe;
        this.fetchedNs = fetchedNs;
    }

    int cid() {
        return Sqe.cid(sqe, 0);
    }

    int opcode() {
        return Sqe.opcode(sqe, 0);
    }

    boolean admin() {
        return sq.id == 0;
    }
}
