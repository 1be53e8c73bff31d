package io.nvmetap.proxy;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/**
 * Reads the queues in the client's memory: entries of a submission queue when its tail moves,
 * entries of a completion queue when they are there. Never writes.
 *
 * <p>Owner thread: whoever holds the observer's lock.
 */
final class QueueWatch {
    private static final int ADMIN_SQES = 6;
    private static final int ADMIN_CQES = 4;

    private final GuestMemory memory;
    private final ProxyTap tap;
    private final CommandData data;
    private final QueueTable queues = new QueueTable();
    private final ShadowCells shadows;
    private final QueueChanges changes;
    private final byte[] sqe = new byte[Sqe.SIZE_LONG];
    private final byte[] cqe = new byte[Cqe.SIZE];
    private int cc;
    private int eventRequests;

    QueueWatch(GuestMemory memory, ProxyTap tap, CommandData data) {
        this.memory = memory;
        this.tap = tap;
        this.data = data;
        this.shadows = new ShadowCells(memory, tap);
        this.changes = new QueueChanges(queues, shadows, tap);
    }

    /** The controller was enabled: the admin queues exist. */
    void enable(int newCc, int aqa, long asq, long acq) {
        clear();
        cc = newCc;
        int sqEntries = Registers.aqaAsqs(aqa) + 1;
        int cqEntries = Registers.aqaAcqs(aqa) + 1;
        queues.add(new ObservedCq(0, acq & ~0xFFFL, cqEntries, ADMIN_CQES));
        queues.add(new ObservedSq(0, 0, asq & ~0xFFFL, sqEntries, ADMIN_SQES));
    }

    /** CC changed while the controller is enabled: entry sizes of queues made from now on. */
    void configure(int newCc) {
        cc = newCc;
    }

    /** No queue exists any more. */
    void clear() {
        queues.clear();
        shadows.off();
        eventRequests = 0;
    }

    /** The stride of the doorbells, from CAP. */
    void stride(int dstrd) {
        shadows.stride(dstrd);
    }

    /** Commands are in flight that must complete soon. */
    boolean busy() {
        return queues.inFlight() > eventRequests;
    }

    /** Anything may still happen that no message tells. */
    boolean watching() {
        return queues.inFlight() > 0 || shadows.on();
    }

    /** The client submits without doorbells. */
    boolean shadowed() {
        return shadows.on();
    }

    /**
     * Looks at everything that may have changed.
     *
     * @param briefly at most one batch a queue: somebody waits for an interrupt
     * @return completions found
     */
    int look(boolean briefly) {
        int found = 0;
        if (shadows.on()) {
            lookAtTails();
        }
        for (ObservedCq cq : queues.cqs()) {
            found += briefly ? scan(cq) : scanAll(cq);
        }
        if (shadows.on()) {
            lookAtHeads();
            shadows.eventIndices(queues);
        }
        return found;
    }

    /** A doorbell is about to be passed on. */
    void rung(DoorbellKind kind, int qid, int value) {
        look(false);
        // With shadow doorbells it only announces; the cell, looked at just now, may be further.
        boolean counts = !shadows.on() || qid == 0;
        ObservedCq cq = kind == DoorbellKind.CQ_HEAD && counts ? queues.cq(qid) : null;
        if (cq != null) {
            acknowledged(cq, value);
        }
        tap.doorbell(kind, qid, value);
        ObservedSq sq = kind == DoorbellKind.SQ_TAIL && counts ? queues.sq(qid) : null;
        if (sq != null) {
            fetch(sq, value);
        }
    }

    /** What the client took was there, whoever it was for; it may be overwritten after this. */
    private void acknowledged(ObservedCq cq, int head) {
        if (head < 0 || head >= cq.entries) {
            return;
        }
        int batch;
        do {
            batch = scan(cq, cq.unread(head));
        } while (batch > 0);
        int missing = cq.unread(head);
        if (missing > 0 && cq.faulted) {
            for (int i = 0; i < missing; i++) {
                cq.advance();
            }
            tap.remark(missing + " completions of queue " + cq.qid + " could not be read");
            tap.stateUnknown();
        }
        cq.acknowledged(head);
    }

    private void lookAtTails() {
        for (ObservedSq sq : queues.sqs()) {
            if (shadows.tailMoved(sq)) {
                fetch(sq, sq.shadowTail);
            }
        }
    }

    private void lookAtHeads() {
        for (ObservedCq cq : queues.cqs()) {
            int head = shadows.head(cq);
            if (head >= 0 && head != cq.shadowHead) {
                scanAll(cq);
                acknowledged(cq, head);
                cq.shadowHead = head;
                shadows.headMoved(cq);
            }
        }
    }

    // ---- submission ----

    private void fetch(ObservedSq sq, int tail) {
        for (int left = sq.ahead(tail); left > 0; left--) {
            int slot = sq.tail;
            sq.advance();
            try {
                memory.read(sq.slotAddress(slot), sqe, 0, sq.entryBytes());
                submitted(sq, slot);
            } catch (MemoryFault missing) {
                unreadable(sq, slot);
            }
        }
    }

    private void unreadable(ObservedSq sq, int slot) {
        if (!sq.faultTold) {
            sq.faultTold = true;
            tap.remark(
                    "entry "
                            + slot
                            + " of submission queue "
                            + sq.qid
                            + " is in memory that cannot be read; its commands are not recorded");
        }
        tap.stateUnknown();
    }

    private void submitted(ObservedSq sq, int slot) {
        boolean admin = sq.qid == 0;
        int opcode = Sqe.opcode(sqe, 0);
        data.look(admin, sqe, Registers.ccPageSize(cc));
        InFlight command =
                new InFlight(
                        tap.nextCommandId(),
                        sq.qid,
                        Sqe.cid(sqe, 0),
                        sq.cqid,
                        opcode,
                        data.dataBytes(),
                        data.keepsEntry(admin) ? java.util.Arrays.copyOf(sqe, Sqe.SIZE) : null,
                        admin ? cellBefore(opcode) : 0);
        queues.submitted(command);
        if (isEventRequest(command)) {
            eventRequests++;
        }
        tap.command(sq, slot, sqe, command, data);
        CommandData.Piece sent = data.sent(command);
        if (sent != null) {
            tap.payload(sent, command);
        }
    }

    /** What the shadow doorbell of a queue holds before the queue exists: it moves from there. */
    private int cellBefore(int opcode) {
        return switch (opcode) {
            case Opcodes.ADMIN_CREATE_SQ -> shadows.cell(AdminSqe.qid(sqe, 0), false);
            case Opcodes.ADMIN_CREATE_CQ -> shadows.cell(AdminSqe.qid(sqe, 0), true);
            default -> 0;
        };
    }

    private static boolean isEventRequest(InFlight command) {
        return command.sqid() == 0 && command.opcode() == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
    }

    // ---- completion ----

    private int scanAll(ObservedCq cq) {
        int found = 0;
        int batch;
        do {
            batch = scan(cq);
            found += batch;
        } while (batch == ObservedCq.BATCH_MAX && found < cq.entries);
        return found;
    }

    private int scan(ObservedCq cq) {
        return scan(cq, cq.owed == 0 ? 0 : cq.entries);
    }

    private int scan(ObservedCq cq, int most) {
        if (!cq.alive || most <= 0) {
            return 0;
        }
        int taken = 0;
        try {
            int fresh = cq.fresh(memory, most);
            if (fresh > 0) {
                // The phase tags were read; the rest may only be read after them.
                memory.loadFence();
                if (shadows.on()) {
                    // What completed was submitted before, if only in a shadow doorbell.
                    lookAtTails();
                }
            }
            while (taken < fresh && cq.alive) {
                cq.read(memory, cqe);
                int slot = cq.next;
                cq.advance();
                taken++;
                completed(cq, slot);
            }
            cq.faulted = false;
        } catch (MemoryFault missing) {
            // The range may be away for a moment; it counts when the client acknowledges.
            cq.faulted = true;
        }
        return taken;
    }

    private void completed(ObservedCq cq, int slot) {
        InFlight command = queues.completed(cq.qid, Cqe.sqid(cqe, 0), Cqe.cid(cqe, 0));
        if (command == null) {
            if (shadows.on()) {
                // Its entry may have been overwritten between two looks: nobody is to blame.
                tap.remark("a command was submitted by shadow doorbell and overwritten unseen");
                tap.stateUnknown();
            }
            tap.completion(cq.qid, slot, cqe, null);
            return;
        }
        if (isEventRequest(command)) {
            eventRequests--;
        }
        boolean success = StatusCode.success(Cqe.status(cqe, 0));
        CommandData.Piece received =
                success ? data.received(command, Registers.ccPageSize(cc)) : null;
        if (received != null) {
            tap.payload(received, command);
        }
        tap.completion(cq.qid, slot, cqe, command);
        if (success && command.sqid() == 0) {
            changes.succeeded(command, cc);
        }
    }
}
