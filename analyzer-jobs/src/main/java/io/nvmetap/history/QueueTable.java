package io.nvmetap.history;

import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;

/**
 * Queues of one side by number, in the order of their numbers. Looked up and walked at every event,
 * changed when a queue comes or goes: an array serves the first, a list the second.
 *
 * @param <Q> kind of queue
 */
public final class QueueTable<Q> implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Largest number a queue can have (NVMe Base 2.0, 3.3.3.2); others are found more slowly. */
    private static final int QID_MAX = 65_535;

    private static final int FIRST = 8;

    private final TreeMap<Integer, Q> byNumber = new TreeMap<>();
    private final List<Q> inOrder = new ArrayList<>();
    private transient Object[] table = new Object[FIRST];

    QueueTable() {}

    /**
     * @return the queue of this number, null none
     */
    @SuppressWarnings("unchecked")
    public Q get(int qid) {
        return qid >= 0 && qid < table.length ? (Q) table[qid] : byNumber.get(qid);
    }

    /**
     * @return there is a queue of this number
     */
    public boolean containsKey(int qid) {
        return get(qid) != null;
    }

    /**
     * @return all of them; not to be changed
     */
    public Collection<Q> values() {
        return inOrder;
    }

    /**
     * @return numbers in use
     */
    public Set<Integer> keySet() {
        return Collections.unmodifiableSet(byNumber.keySet());
    }

    /**
     * @return queues there are
     */
    public int size() {
        return inOrder.size();
    }

    void put(int qid, Q queue) {
        byNumber.put(qid, queue);
        find(qid, queue);
        changed();
    }

    private void find(int qid, Q queue) {
        if (qid >= 0 && qid <= QID_MAX) {
            if (qid >= table.length) {
                table = Arrays.copyOf(table, Math.min(QID_MAX + 1, 2 * qid));
            }
            table[qid] = queue;
        }
    }

    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        table = new Object[FIRST];
        byNumber.forEach(this::find);
    }

    /**
     * @return the queue that had the number, null none
     */
    Q remove(int qid) {
        Q gone = byNumber.remove(qid);
        if (qid >= 0 && qid < table.length) {
            table[qid] = null;
        }
        changed();
        return gone;
    }

    void clear() {
        byNumber.clear();
        Arrays.fill(table, null);
        changed();
    }

    private void changed() {
        inOrder.clear();
        inOrder.addAll(byNumber.values());
    }
}
