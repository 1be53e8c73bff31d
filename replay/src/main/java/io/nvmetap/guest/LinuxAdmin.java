package io.nvmetap.guest;

import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.HashMap;
import java.util.Map;

/** The admin queue of the Linux-like guest: interrupt driven, one waiting command at a time. */
final class LinuxAdmin {
    static final int ENTRIES = 32;
    static final int CPU = 0;

    private static final long TIMEOUT_NS = 60_000_000_000L;
    private static final int AER_CID = 31;

    private final GuestMachine machine;
    private final GuestQueuePair pair;
    private final Map<Integer, byte[]> answers = new HashMap<>();
    private int cid;
    private boolean eventsAsked;

    LinuxAdmin(GuestMachine machine) {
        this.machine = machine;
        this.pair = new GuestQueuePair(machine, 0, ENTRIES, ENTRIES);
    }

    GuestQueuePair pair() {
        return pair;
    }

    void reset() {
        pair.reset();
        answers.clear();
        eventsAsked = false;
    }

    /** Interrupt handler of vector 0. */
    void interrupted() {
        if (pair.reap(cqe -> answers.put(Cqe.cid(cqe, 0), cqe)) > 0) {
            pair.acknowledge(CPU);
        }
    }

    /** A command with a fresh CID. */
    byte[] sqe(int opcode) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        cid = (cid + 1) % (ENTRIES - 1);
        Sqe.putCid(sqe, 0, cid);
        return sqe;
    }

    /** Submits and waits; the whole completion. */
    byte[] call(byte[] sqe) {
        int mine = Sqe.cid(sqe, 0);
        answers.remove(mine);
        pair.place(sqe, Sqe.SIZE);
        pair.ring(CPU);
        if (!machine.until(() -> answers.containsKey(mine), TIMEOUT_NS)) {
            machine.tally.timeouts++;
            interrupted();
            if (!answers.containsKey(mine)) {
                throw new GuestStuckException(
                        "admin opcode " + Sqe.opcode(sqe, 0) + " was not answered in 60 s");
            }
            machine.tally.rescued++;
        }
        machine.tally.commands++;
        return answers.remove(mine);
    }

    /** Submits a command whose answer is welcome and not needed. */
    void offer(byte[] sqe, long waitNs) {
        int mine = Sqe.cid(sqe, 0);
        answers.remove(mine);
        pair.place(sqe, Sqe.SIZE);
        pair.ring(CPU);
        if (machine.until(() -> answers.containsKey(mine), waitNs)) {
            machine.tally.commands++;
            answers.remove(mine);
        } else {
            machine.tally.timeouts++;
        }
    }

    /** The same for a command that must succeed. */
    byte[] require(byte[] sqe) {
        byte[] cqe = call(sqe);
        int status = Cqe.status(cqe, 0);
        if (status != 0) {
            throw new GuestStuckException(
                    "admin opcode " + Sqe.opcode(sqe, 0) + ": " + StatusCode.describe(status));
        }
        return cqe;
    }

    /** One Asynchronous Event Request, left outstanding. */
    void askForEvents() {
        if (!eventsAsked) {
            eventsAsked = true;
            byte[] sqe = new byte[Sqe.SIZE];
            Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_ASYNC_EVENT_REQUEST);
            Sqe.putCid(sqe, 0, AER_CID);
            pair.place(sqe, Sqe.SIZE);
            pair.ring(CPU);
        }
    }

    /** Fire and forget: the answer changes nothing. */
    void abort(int sqid, int victim) {
        byte[] sqe = sqe(Opcodes.ADMIN_ABORT);
        AdminSqe.putAbort(sqe, 0, sqid, victim);
        pair.place(sqe, Sqe.SIZE);
        pair.ring(CPU);
    }
}
