package io.nvmetap.guest;

import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * One queue pair in guest memory, with its cursors; the completion queue may be that of another
 * pair.
 */
final class GuestQueuePair {
    final int qid;

    /** Whose completion queue this is: its own, unless it shares one. */
    final GuestQueuePair completions;

    final int cqid;
    final int sqEntries;
    final int cqEntries;
    final long sqAddress;
    final long cqAddress;
    private final GuestMachine machine;
    private int tail;
    private int head;
    private int phase = 1;
    private int rungTail;
    private int rungHead;
    private int consumed;

    GuestQueuePair(GuestMachine machine, int qid, int sqEntries, int cqEntries) {
        this(machine, qid, qid, sqEntries, cqEntries);
    }

    /** A pair whose two queues have different numbers. */
    GuestQueuePair(GuestMachine machine, int qid, int cqid, int sqEntries, int cqEntries) {
        this.machine = machine;
        this.qid = qid;
        this.cqid = cqid;
        this.completions = this;
        this.sqEntries = sqEntries;
        this.cqEntries = cqEntries;
        this.sqAddress = machine.allocate((long) sqEntries * Sqe.SIZE_LONG);
        this.cqAddress = machine.allocate((long) cqEntries * Cqe.SIZE);
    }

    /** A submission queue that posts to the completion queue of another pair. */
    GuestQueuePair(GuestMachine machine, int qid, int sqEntries, GuestQueuePair shared) {
        this.machine = machine;
        this.qid = qid;
        this.cqid = shared.cqid;
        this.completions = shared;
        this.sqEntries = sqEntries;
        this.cqEntries = shared.cqEntries;
        this.sqAddress = machine.allocate((long) sqEntries * Sqe.SIZE_LONG);
        this.cqAddress = shared.cqAddress;
    }

    /** It has a completion queue of its own. */
    boolean ownsCompletions() {
        return completions == this;
    }

    /** Starts over: cursors and completion memory, as after a reset. */
    void reset() {
        tail = 0;
        head = 0;
        phase = 1;
        rungTail = 0;
        rungHead = 0;
        consumed = 0;
        if (!ownsCompletions()) {
            return;
        }
        byte[] zeros = new byte[cqEntries * Cqe.SIZE];
        machine.memory.write(cqAddress, zeros, 0, zeros.length);
    }

    /** Places an entry; the doorbell is rung apart. */
    void place(byte[] sqe, int entryBytes) {
        byte[] entry = Arrays.copyOf(sqe, entryBytes);
        machine.memory.write(sqAddress + (long) tail * entryBytes, entry, 0, entryBytes);
        tail = (tail + 1) % sqEntries;
    }

    /** Entries placed and not rung for. */
    int unrung() {
        return Math.floorMod(tail - rungTail, sqEntries);
    }

    /** Whether a slot is free, as far as SQHD tells. */
    boolean room() {
        return (tail + 1) % sqEntries != consumed;
    }

    void ring(int cpu) {
        rungTail = tail;
        machine.memory.storeFence();
        machine.doorbell(qid, false, tail, cpu);
    }

    /** A doorbell value that is none: the queue's size where 0 was meant. */
    void ringOutOfRange(int cpu) {
        machine.doorbell(qid, false, sqEntries, cpu);
    }

    boolean completionThere() {
        long dw3 = machine.memory.readInt(cqAddress + (long) head * Cqe.SIZE + Cqe.CID_OFFSET);
        return (dw3 >>> 16 & 1) == phase;
    }

    /** Takes all completions that are there; returns how many. */
    int reap(Consumer<byte[]> taker) {
        int taken = 0;
        while (taken < cqEntries && completionThere()) {
            machine.memory.loadFence();
            byte[] cqe = new byte[Cqe.SIZE];
            machine.memory.read(cqAddress + (long) head * Cqe.SIZE, cqe, 0, Cqe.SIZE);
            consumed = Cqe.sqhd(cqe, 0);
            head = (head + 1) % cqEntries;
            phase ^= head == 0 ? 1 : 0;
            taken++;
            taker.accept(cqe);
        }
        return taken;
    }

    /** Whether completions were taken that the controller was not told of. */
    boolean unacknowledged() {
        return head != rungHead;
    }

    void acknowledge(int cpu) {
        rungHead = head;
        machine.doorbell(cqid, true, head, cpu);
    }
}
