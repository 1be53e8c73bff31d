package io.nvmetap.proxy;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Queues that exist and commands in flight, as told by registers and by completions that say
 * success. Pure state.
 */
final class QueueTable {
    /** Commands in flight kept; a client that has more is broken, and all of them are forgotten. */
    static final int IN_FLIGHT_MAX = 1 << 17;

    private static final ObservedCq[] NO_CQS = {};

    private final Map<Integer, ObservedSq> sqs = new TreeMap<>();
    private final Map<Integer, ObservedCq> cqs = new TreeMap<>();
    private final Map<Integer, InFlight> inFlight = new HashMap<>();
    private ObservedCq[] order = NO_CQS;

    ObservedSq sq(int qid) {
        return sqs.get(qid);
    }

    ObservedCq cq(int qid) {
        return cqs.get(qid);
    }

    Collection<ObservedSq> sqs() {
        return sqs.values();
    }

    /** Completion queues; the admin queue last, so that it tells of deletions after the rest. */
    ObservedCq[] cqs() {
        return order;
    }

    void add(ObservedSq sq) {
        // What the queue of this id had in flight when it was deleted will not complete here.
        inFlight.values().removeIf(command -> command.sqid() == sq.qid);
        sqs.put(sq.qid, sq);
        recount();
    }

    void add(ObservedCq cq) {
        ObservedCq before = cqs.put(cq.qid, cq);
        if (before != null) {
            before.alive = false;
        }
        sort();
        recount();
    }

    void removeSq(int qid) {
        sqs.remove(qid);
    }

    void removeCq(int qid) {
        ObservedCq cq = cqs.remove(qid);
        if (cq != null) {
            cq.alive = false;
            inFlight.values().removeIf(command -> command.cqid() == qid && command.sqid() != 0);
            sort();
        }
    }

    private void recount() {
        for (ObservedCq cq : order) {
            cq.owed = 0;
        }
        inFlight.values().forEach(command -> owe(command, 1));
    }

    private void owe(InFlight command, int change) {
        ObservedCq cq = cqs.get(command.cqid());
        if (cq != null) {
            cq.owed += change;
        }
    }

    private void sort() {
        ObservedCq[] sorted = new ObservedCq[cqs.size()];
        int at = 0;
        for (ObservedCq cq : cqs.values()) {
            if (cq.qid != 0) {
                sorted[at++] = cq;
            }
        }
        if (at < sorted.length) {
            sorted[at] = cqs.get(0);
        }
        order = sorted;
    }

    /** The controller was disabled or reset. */
    void clear() {
        for (ObservedCq cq : order) {
            cq.alive = false;
        }
        sqs.clear();
        cqs.clear();
        inFlight.clear();
        order = NO_CQS;
    }

    void submitted(InFlight command) {
        if (inFlight.size() >= IN_FLIGHT_MAX) {
            inFlight.clear();
            recount();
        }
        int key = InFlight.key(command.sqid(), command.cid());
        InFlight replaced = inFlight.put(key, command);
        if (replaced != null) {
            owe(replaced, -1);
        }
        owe(command, 1);
    }

    /**
     * Takes the command that completes out of flight.
     *
     * @return null if there is none that may complete on this queue
     */
    InFlight completed(int cqid, int sqid, int cid) {
        int key = InFlight.key(sqid, cid);
        InFlight command = inFlight.get(key);
        if (command == null || command.cqid() != cqid) {
            return null;
        }
        inFlight.remove(key);
        owe(command, -1);
        return command;
    }

    int inFlight() {
        return inFlight.size();
    }
}
