package io.nvmetap.export.pcapng;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/** The conversation of one queue, from its Connect to a reset or to the end of the queue. */
final class QueueConversation {
    final int controller;
    final int qid;
    final int interfaceId;
    final TcpConversation tcp;

    /** Identifiers of commands that no completion came for. */
    private final BitSet pending = new BitSet();

    /** Delete I/O Submission Queue commands on their way: queue by identifier. */
    private final Map<Integer, Integer> deletes = new HashMap<>();

    /** It was reset or deleted: what still comes belongs to it, the next command opens another. */
    boolean over;

    QueueConversation(int controller, int qid, int interfaceId, TcpConversation tcp) {
        this.controller = controller;
        this.qid = qid;
        this.interfaceId = interfaceId;
        this.tcp = tcp;
    }

    /**
     * @return false if a command with this identifier is on its way already
     */
    boolean submitted(int cid) {
        boolean fresh = !pending.get(cid);
        pending.set(cid);
        deletes.remove(cid);
        return fresh;
    }

    /** The command deletes submission queue {@code deleted}. */
    void deletes(int cid, int deleted) {
        deletes.put(cid, deleted);
    }

    void completed(int cid) {
        pending.clear(cid);
    }

    boolean isPending(int cid) {
        return pending.get(cid);
    }

    /**
     * @return queue that the command deletes, -1 none; told once
     */
    int deleted(int cid) {
        Integer queue = deletes.remove(cid);
        return queue == null ? -1 : queue;
    }
}
