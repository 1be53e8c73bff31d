package io.nvmetap.session;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.Owner;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** Queues of the controller that is played back, in the driver's memory. */
final class DeviceQueues {
    /** Completions that wait for room; more is a driver that never acknowledges. */
    static final int WAITING_MAX = 1 << 17;

    private final DeviceInterrupts interrupts;
    private final Map<Integer, Submission> submissions = new HashMap<>();
    private final Map<Integer, Completion> completions = new HashMap<>();
    private Witness witness = Witness.OFF;
    private GuestMemory memory;

    DeviceQueues(DeviceInterrupts interrupts) {
        this.interrupts = interrupts;
    }

    /** What a command came to. */
    record Result(int status, int dw0, int dw1) {}

    /** Whose completion it is, for the recording. */
    record Owed(Owner owner, long commandId) {}

    private record Posted(byte[] cqe, Owed owed) {}

    void witness(Witness newWitness) {
        witness = newWitness;
    }

    /** A submission queue. */
    static final class Submission {
        final int sqid;
        final int cqid;
        final int sizeEntries;
        final int entryBytes;
        final long address;
        int head;
        int tail;

        Submission(int sqid, int cqid, int sizeEntries, int entryBytes, long address) {
            this.sqid = sqid;
            this.cqid = cqid;
            this.sizeEntries = sizeEntries;
            this.entryBytes = entryBytes;
            this.address = address;
        }
    }

    private static final class Completion {
        final int sizeEntries;
        final long address;
        final int vector;
        final boolean interruptsEnabled;
        final int cqid;
        final ArrayDeque<Posted> waiting = new ArrayDeque<>();
        int head;
        int tail;
        int phase = 1;

        Completion(int cqid, int sizeEntries, long address, int vector, boolean interruptsEnabled) {
            this.cqid = cqid;
            this.sizeEntries = sizeEntries;
            this.address = address;
            this.vector = vector;
            this.interruptsEnabled = interruptsEnabled;
        }

        boolean full() {
            return (tail + 1) % sizeEntries == head;
        }
    }

    void connect(GuestMemory newMemory) {
        memory = newMemory;
    }

    void clear() {
        submissions.clear();
        completions.clear();
        interrupts.level(false);
    }

    void openAdmin(int sqEntries, int cqEntries, long sqAddress, long cqAddress) {
        completions.put(0, new Completion(0, cqEntries, cqAddress, 0, true));
        submissions.put(0, new Submission(0, 0, sqEntries, Sqe.SIZE, sqAddress));
    }

    /** Create and Delete commands that succeed. */
    void apply(byte[] sqe, int ioEntryBytes) {
        int qid = AdminSqe.qid(sqe, 0);
        int entries = AdminSqe.qsize0(sqe, 0) + 1;
        long address = Sqe.prp1(sqe, 0);
        switch (Sqe.opcode(sqe, 0)) {
            case Opcodes.ADMIN_CREATE_CQ ->
                    completions.put(
                            qid,
                            new Completion(
                                    qid,
                                    entries,
                                    address,
                                    AdminSqe.iv(sqe, 0),
                                    AdminSqe.ien(sqe, 0)));
            case Opcodes.ADMIN_CREATE_SQ ->
                    submissions.put(
                            qid,
                            new Submission(
                                    qid, AdminSqe.cqid(sqe, 0), entries, ioEntryBytes, address));
            case Opcodes.ADMIN_DELETE_SQ -> submissions.remove(qid);
            case Opcodes.ADMIN_DELETE_CQ -> completions.remove(qid);
            default -> {
                // Nothing that changes queues.
            }
        }
    }

    /** A tail doorbell; false where it makes no sense. */
    boolean tail(int sqid, int value) {
        Submission sq = submissions.get(sqid);
        if (sq == null || value < 0 || value >= sq.sizeEntries) {
            return false;
        }
        sq.tail = value;
        return true;
    }

    void head(int cqid, int value) {
        Completion cq = completions.get(cqid);
        if (cq == null || value < 0 || value >= cq.sizeEntries) {
            return;
        }
        cq.head = value;
        while (!cq.waiting.isEmpty() && !cq.full()) {
            store(cq, cq.waiting.remove());
        }
        level();
    }

    /** The next entry of a queue, or null. */
    byte[] fetch(int sqid) {
        Submission sq = submissions.get(sqid);
        if (sq == null || sq.head == sq.tail) {
            return null;
        }
        byte[] sqe = new byte[sq.entryBytes];
        try {
            memory.read(sq.address + (long) sq.head * sq.entryBytes, sqe, 0, sqe.length);
        } catch (MemoryFault e) {
            return null;
        }
        sq.head = (sq.head + 1) % sq.sizeEntries;
        return sqe;
    }

    /** Whether a completion of this queue would be stored at once. */
    boolean room(int sqid) {
        Submission sq = submissions.get(sqid);
        Completion cq = sq == null ? null : completions.get(sq.cqid);
        return cq != null && !cq.full() && cq.waiting.isEmpty();
    }

    boolean exists(int sqid) {
        return submissions.containsKey(sqid);
    }

    /** Slot of the next entry that will be fetched, -1 no such queue. */
    int slot(int sqid) {
        Submission sq = submissions.get(sqid);
        return sq == null ? -1 : sq.head;
    }

    void post(int sqid, int cid, Result result, Owed owed) {
        Submission sq = submissions.get(sqid);
        Completion cq = sq == null ? null : completions.get(sq.cqid);
        if (cq == null || cq.waiting.size() >= WAITING_MAX) {
            return;
        }
        byte[] cqe = new byte[Cqe.SIZE];
        Cqe.putDw0(cqe, 0, result.dw0);
        Cqe.putDw1(cqe, 0, result.dw1);
        Cqe.putSqhd(cqe, 0, sq.head);
        Cqe.putSqid(cqe, 0, sqid);
        Cqe.putCid(cqe, 0, cid);
        Cqe.putStatusAndPhase(cqe, 0, result.status, 0);
        if (cq.full()) {
            cq.waiting.add(new Posted(cqe, owed));
        } else {
            store(cq, new Posted(cqe, owed));
        }
        level();
    }

    private void store(Completion cq, Posted posted) {
        byte[] cqe = posted.cqe;
        Cqe.putPhase(cqe, 0, cq.phase);
        long address = cq.address + (long) cq.tail * Cqe.SIZE;
        try {
            memory.writeLong(address, LittleEndian.i64(cqe, 0));
            memory.storeFence();
            memory.writeLong(address + 8, LittleEndian.i64(cqe, 8));
        } catch (MemoryFault e) {
            return;
        }
        witness.seen(cq.cqid, cq.tail, cqe, posted.owed);
        cq.tail = (cq.tail + 1) % cq.sizeEntries;
        cq.phase ^= cq.tail == 0 ? 1 : 0;
        if (cq.interruptsEnabled) {
            level();
            interrupts.raise(cq.vector);
        }
    }

    void level() {
        interrupts.level(
                completions.values().stream()
                        .anyMatch(c -> c.interruptsEnabled && c.head != c.tail));
    }
}
