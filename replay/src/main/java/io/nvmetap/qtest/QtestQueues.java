package io.nvmetap.qtest;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Queues of the driven device and commands in flight, as far as memory must be carried for them.
 */
final class QtestQueues {
    private final Map<Integer, Ring> submissions = new HashMap<>();
    private final Map<Integer, Ring> completions = new HashMap<>();
    private final Map<Integer, Map<Integer, ArrayDeque<QtestCommand>>> inFlight = new HashMap<>();

    /** A queue: where it lies and how far it is. */
    static final class Ring {
        final int qid;
        final long address;
        final int sizeEntries;
        private final int entryBytes;
        private long done;

        Ring(int qid, long address, int sizeEntries, int entryBytes) {
            this.qid = qid;
            this.address = address;
            this.sizeEntries = sizeEntries;
            this.entryBytes = entryBytes;
        }

        /** Address of the next entry. */
        long next() {
            return address + done % sizeEntries * entryBytes;
        }

        /** Slot of the next entry. */
        int slot() {
            return (int) (done % sizeEntries);
        }

        /** Phase tag of the next entry: 1 on the first lap. */
        int phase() {
            return (int) (done / sizeEntries & 1) ^ 1;
        }

        void advance() {
            done++;
        }
    }

    void open(long asq, int sqEntries, long acq, int cqEntries) {
        clear();
        submissions.put(0, new Ring(0, asq, sqEntries, Sqe.SIZE));
        completions.put(0, new Ring(0, acq, cqEntries, Cqe.SIZE));
    }

    void clear() {
        submissions.clear();
        completions.clear();
        inFlight.clear();
    }

    Optional<Ring> submission(int sqid) {
        return Optional.ofNullable(submissions.get(sqid));
    }

    List<Ring> completions() {
        return new ArrayList<>(completions.values());
    }

    boolean holds(Ring completion) {
        return completions.get(completion.qid) == completion;
    }

    void submitted(QtestCommand command) {
        inFlight.computeIfAbsent(command.sqid(), s -> new HashMap<>())
                .computeIfAbsent(Sqe.cid(command.sqe(), 0), c -> new ArrayDeque<>(1))
                .add(command);
    }

    /** The command that an entry completes; empty: nobody's. */
    Optional<QtestCommand> completed(byte[] cqe) {
        Map<Integer, ArrayDeque<QtestCommand>> queue = inFlight.get(Cqe.sqid(cqe, 0));
        ArrayDeque<QtestCommand> same = queue == null ? null : queue.get(Cqe.cid(cqe, 0));
        if (same == null) {
            return Optional.empty();
        }
        QtestCommand command = same.remove();
        if (same.isEmpty()) {
            queue.remove(Cqe.cid(cqe, 0));
        }
        return Optional.of(command);
    }

    /** An admin command succeeded: queues come and go. */
    void changed(byte[] sqe) {
        int qid = AdminSqe.qid(sqe, 0);
        int entries = AdminSqe.qsize0(sqe, 0) + 1;
        long address = Sqe.prp1(sqe, 0);
        switch (Sqe.opcode(sqe, 0)) {
            case Opcodes.ADMIN_CREATE_CQ ->
                    completions.put(qid, new Ring(qid, address, entries, Cqe.SIZE));
            case Opcodes.ADMIN_CREATE_SQ ->
                    submissions.put(qid, new Ring(qid, address, entries, Sqe.SIZE));
            case Opcodes.ADMIN_DELETE_CQ -> completions.remove(qid);
            case Opcodes.ADMIN_DELETE_SQ -> {
                submissions.remove(qid);
                inFlight.remove(qid);
            }
            default -> {
                // Nothing that changes queues.
            }
        }
    }
}
