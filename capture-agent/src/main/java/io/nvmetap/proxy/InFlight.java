package io.nvmetap.proxy;

/**
 * A command submitted and not seen completed.
 *
 * @param commandId ties its events together
 * @param cqid completion queue its completion must come on
 * @param dataBytes data it moves, -1 unknown
 * @param sqe its entry, null where nothing of it is needed again
 * @param shadowCell what the shadow doorbell of the queue it creates held, before there was one
 */
record InFlight(
        long commandId,
        int sqid,
        int cid,
        int cqid,
        int opcode,
        long dataBytes,
        byte[] sqe,
        int shadowCell) {
    /** Of the table of commands in flight: sqid and cid. */
    static int key(int sqid, int cid) {
        return sqid << 16 | cid;
    }
}
