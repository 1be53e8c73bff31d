package io.nvmetap.event;

import java.io.Serializable;
import java.util.List;

/**
 * A queue at one moment.
 *
 * @param completion completion queue, else submission queue
 * @param qid queue identifier, 0 to 65535
 * @param sizeEntries entries, 2 to 65536 (not 0's based)
 * @param address guest physical address
 * @param cqid completion queue a submission queue posts to; own id for completion queues
 * @param vector interrupt vector of a completion queue; -1 otherwise
 * @param interruptsEnabled IEN of a completion queue
 * @param head head index
 * @param tail tail index
 * @param cidsInFlight commands submitted and not completed (submission queues)
 */
public record QueueState(
        boolean completion,
        int qid,
        int sizeEntries,
        long address,
        int cqid,
        int vector,
        boolean interruptsEnabled,
        int head,
        int tail,
        List<Integer> cidsInFlight)
        implements Serializable {
    public QueueState {
        cidsInFlight = List.copyOf(cidsInFlight);
    }
}
