package io.nvmetap.proxy;

import io.nvmetap.device.PagedMemory;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;

/** Guest memory with queues in it, both ends played by a test, and the watch that looks on. */
final class WatchedQueues {
    static final long ASQ = 0x1000;
    static final long ACQ = 0x2000;
    static final long SQ1 = 0x10000;
    static final long CQ1 = 0x20000;
    static final long DATA = 0x30000;
    static final long SHADOW = 0x40000;
    static final long EVENT_IDX = 0x41000;
    static final int ADMIN_ENTRIES = 4;

    /** CC: enabled, 64-byte submission and 16-byte completion entries. */
    static final int CC = 0x46_0001;

    final PagedMemory memory = new PagedMemory(0, 1 << 20);
    final ListTap tap = new ListTap();
    final QueueWatch watch;
    private int adminTail;
    private int adminPosted;

    WatchedQueues() {
        this(PayloadPolicy.NONE);
    }

    WatchedQueues(PayloadPolicy policy) {
        watch = new QueueWatch(memory, new ProxyTap(tap), new CommandData(memory, policy));
        watch.enable(CC, Registers.aqa(ADMIN_ENTRIES, ADMIN_ENTRIES), ASQ, ACQ);
    }

    static byte[] sqe(int opcode, int cid) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putCid(sqe, 0, cid);
        return sqe;
    }

    /** The guest submits an admin command; rings. */
    void admin(byte[] sqe) {
        memory.write(ASQ + (long) adminTail * Sqe.SIZE, sqe, 0, Sqe.SIZE);
        adminTail = (adminTail + 1) % ADMIN_ENTRIES;
        watch.rung(DoorbellKind.SQ_TAIL, 0, adminTail);
    }

    /** The controller completes an admin command. */
    void adminDone(int cid, int status) {
        post(ACQ, adminPosted, ADMIN_ENTRIES, 0, cid, status);
        adminPosted++;
    }

    /** An admin command and its successful completion, seen. */
    void adminAll(byte[] sqe) {
        admin(sqe);
        adminDone(Sqe.cid(sqe, 0), 0);
        watch.look(false);
    }

    /**
     * The controller posts.
     *
     * @param position entries posted before
     */
    void post(long cq, int position, int entries, int sqid, int cid, int status) {
        byte[] cqe = new byte[Cqe.SIZE];
        Cqe.putSqid(cqe, 0, sqid);
        Cqe.putCid(cqe, 0, cid);
        Cqe.putStatusAndPhase(cqe, 0, status, 1 - position / entries % 2);
        memory.write(cq + (long) (position % entries) * Cqe.SIZE, cqe, 0, Cqe.SIZE);
    }

    /** The guest writes an entry of I/O queue 1. */
    void io(int slot, byte[] sqe) {
        memory.write(SQ1 + (long) slot * sqe.length, sqe, 0, sqe.length);
    }

    /** Queue pair 1 of so many entries exists. */
    void pair(int entries) {
        byte[] cq = sqe(5, 100);
        Sqe.putPrp1(cq, 0, CQ1);
        io.nvmetap.nvme.AdminSqe.putCreateCq(cq, 0, 1, entries - 1, 1, true);
        adminAll(cq);
        byte[] sq = sqe(1, 101);
        Sqe.putPrp1(sq, 0, SQ1);
        io.nvmetap.nvme.AdminSqe.putCreateSq(sq, 0, 1, entries - 1, 1);
        adminAll(sq);
        tap.clear();
    }
}
