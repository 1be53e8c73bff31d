package io.nvmetap.mediator;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;

/** A guest's life with something of everything; goes on where something fails, and notes it. */
final class Workload {
    private static final long WAIT_NS = 20_000_000;

    final TestGuest guest;
    final List<String> failures = new ArrayList<>();
    final int pairs;
    int mdtsShown = -1;
    boolean commandSetsServed;
    int secondQueueStatus = -1;

    Workload(MediatorConfig.Builder config) {
        guest = new TestGuest(config.build());
        pairs = Math.min(2, guest.device.profile().ioQueuePairsMax());
    }

    void everything() {
        linux();
        masked();
        hostileTail();
        shutDown();
        edk2();
        resetUnderLoad();
        commandSets();
    }

    private void note(String what, boolean good) {
        if (!good) {
            failures.add(what);
        }
    }

    private void linux() {
        guest.mediator.interruptMode(InterruptKind.MSIX);
        guest.unmask(0, true);
        note("enable", guest.enable(32));
        byte[] data = guest.identify(1, 0);
        mdtsShown = data == null ? -1 : new IdentifyController(data).mdts();
        byte[] shadow = guest.sqe(Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG, 0);
        Sqe.putPrp1(shadow, 0, guest.page());
        Sqe.putPrp2(shadow, 0, guest.page());
        note("dbbuf refused", TestGuest.status(guest.run(0, shadow)) != 0);
        note("queues", guest.setQueues(pairs) == 0);
        for (int qid = 1; qid <= pairs; qid++) {
            guest.unmask(qid, true);
            int vector = pairs == 1 ? 0 : qid;
            note("pair", guest.createPair(qid, 64, vector, true) == 0);
        }
        guest.place(0, guest.sqe(Opcodes.ADMIN_ASYNC_EVENT_REQUEST, 0));
        guest.ring(0);
        for (int round = 0; round < 12; round++) {
            burst(1 + round % pairs, 8);
        }
        abort();
    }

    private void burst(int qid, int depth) {
        long buffer = guest.pages(depth);
        for (int i = 0; i < depth; i++) {
            guest.place(qid, guest.io(Opcodes.IO_READ, i, 1, buffer + 4096L * i));
        }
        guest.ring(qid);
        int got = 0;
        for (int i = 0; i < depth; i++) {
            got += guest.await(qid, WAIT_NS) != null ? 1 : 0;
        }
        note("burst on " + qid + ": " + got, got == depth);
    }

    private void abort() {
        byte[] sqe = guest.sqe(Opcodes.ADMIN_ABORT, 0);
        AdminSqe.putAbort(sqe, 0, 1, 0xABC);
        byte[] cqe = guest.run(0, sqe);
        note("abort of nothing", cqe != null && (cqe[0] & 1) == 1);
    }

    private void masked() {
        int qid = pairs;
        int vector = pairs == 1 ? 0 : qid;
        guest.unmask(vector, false);
        guest.place(qid, guest.io(Opcodes.IO_READ, 1, 1, guest.page()));
        guest.ring(qid);
        guest.timeline.advance(3_000_000);
        // Work on another vector meanwhile.
        note("abort while masked", guest.run(0, guest.sqe(Opcodes.ADMIN_ABORT, 0)) != null);
        guest.unmask(vector, true);
        byte[] cqe = guest.await(qid, WAIT_NS);
        note("masked", cqe != null);
    }

    private void hostileTail() {
        guest.mediator.writeRegister(Registers.doorbellOffset(1, false, 0), 4, 64 + 5, 0);
        guest.timeline.advance(1_000_000);
    }

    private void shutDown() {
        guest.place(pairs, guest.io(Opcodes.IO_READ, 1, 8, guest.page()));
        guest.ring(pairs);
        guest.reg(Registers.CC, 0x464001);
        boolean done = false;
        for (int i = 0; i < 3000 && !done; i++) {
            done = Registers.cstsShst(guest.reg(Registers.CSTS)) == Registers.SHST_COMPLETE;
            guest.timeline.advance(1_000_000);
        }
        note("shutdown", done);
        note("disable", guest.disable());
    }

    private void edk2() {
        note("EDK2 enable", guest.enable(2));
        guest.identify(1, 0);
        guest.identify(1, 0);
        guest.createPair(1, 2, 0, false);
        if (pairs > 1) {
            secondQueueStatus = guest.createPair(2, 16, 0, false);
        }
        byte[] cqe = guest.run(1, guest.io(Opcodes.IO_READ, 0, 1, guest.page()));
        note("EDK2 read", TestGuest.status(cqe) == 0);
    }

    private void resetUnderLoad() {
        guest.place(1, guest.io(Opcodes.IO_READ, 0, 8, guest.page()));
        guest.ring(1);
        note("reset", guest.disable());
    }

    private void commandSets() {
        commandSetsServed = guest.enable(32, 0x460061);
        guest.disable();
    }
}
