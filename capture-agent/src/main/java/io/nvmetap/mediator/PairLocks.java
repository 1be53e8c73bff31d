package io.nvmetap.mediator;

import io.nvmetap.event.DoorbellKind;
import java.util.HashMap;
import java.util.Map;

/**
 * The lock of each pair of doorbells. A CPU that finds it taken does not wait: it leaves its value
 * to the one that holds the lock, who writes it before letting go. A newer value replaces one that
 * was left before.
 */
final class PairLocks {
    private static final int NOTHING = -1;

    /** One for each pair that was ever rung. */
    private final Map<Integer, Lock> locks = new HashMap<>();

    /** A lock, and what other CPUs left to who holds it. */
    private static final class Lock {
        private boolean taken;
        private int tail = NOTHING;
        private int head = NOTHING;
    }

    /** Takes the lock, or leaves the value to its holder and returns false. */
    boolean take(DoorbellKind kind, int qid, int value) {
        Lock lock = locks.computeIfAbsent(qid, q -> new Lock());
        if (!lock.taken) {
            lock.taken = true;
            return true;
        }
        if (kind == DoorbellKind.SQ_TAIL) {
            lock.tail = value;
        } else {
            lock.head = value;
        }
        return false;
    }

    /** A value left for this doorbell, which is then the holder's to write; -1 none. */
    int left(DoorbellKind kind, int qid) {
        Lock lock = locks.get(qid);
        boolean ofTail = kind == DoorbellKind.SQ_TAIL;
        int value = ofTail ? lock.tail : lock.head;
        if (ofTail) {
            lock.tail = NOTHING;
        } else {
            lock.head = NOTHING;
        }
        return value;
    }

    /** Lets go; the caller has looked at what was left. */
    void release(int qid) {
        locks.get(qid).taken = false;
    }
}
