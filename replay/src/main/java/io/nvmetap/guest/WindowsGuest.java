package io.nvmetap.guest;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.ArrayList;
import java.util.List;

/**
 * An operating system that drives as Windows' own driver does: disables whatever it finds, asks
 * about namespaces before it asks for queues, makes every completion queue before the first
 * submission queue, MSI-X. A watchdog resets the controller when a request is overdue: no look at
 * the queue, no abort. It shuts down without deleting its queues.
 */
final class WindowsGuest implements Guest {
    private static final int CPU = 0;
    private static final int CC_SETTINGS = 0x46_0000;
    private static final int ADMIN_ENTRIES = 256;
    private static final int QUEUE_ENTRIES = 128;
    private static final long SECOND_NS = 1_000_000_000L;

    /** A request is overdue after so long: a third of what Linux waits. */
    private static final long WATCHDOG_NS = 10 * SECOND_NS;

    private static final long READY_NS_MAX = 30 * SECOND_NS;
    private static final long RUN_NS_MAX = 3600 * SECOND_NS;
    private static final long IRQ_NS = 2_000;
    private static final int RESETS_MAX = 5;
    private static final int MSIX_ENTRY_BYTES = 16;
    private static final long MSIX_ADDRESS = 0xFEE0_0000L;
    private static final int AER_CID = ADMIN_ENTRIES;

    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final GuestQueuePair admin;
    private final GuestBuffer page;
    private final List<WindowsQueue> queues = new ArrayList<>();
    private int entries = QUEUE_ENTRIES;
    private int cid;
    private byte[] answer;
    private int answerTo = -1;

    WindowsGuest(GuestMachine machine, SimulationSpec spec, DiskContent disk) {
        this.machine = machine;
        this.spec = spec;
        this.disk = disk;
        this.admin = new GuestQueuePair(machine, 0, ADMIN_ENTRIES, ADMIN_ENTRIES);
        this.page = new GuestBuffer(machine, 4096);
    }

    @Override
    public void run() {
        machine.read32(Registers.VS, CPU);
        entries = Math.min(QUEUE_ENTRIES, Registers.capMqes(machine.readCap(CPU)) + 1);
        start();
        queues.forEach(WindowsQueue::start);
        workload();
        shutdown();
    }

    // ---- bring-up ----

    private void start() {
        machine.write32(Registers.CC, 0, CPU);
        ready(false);
        admin.reset();
        machine.shadowDoorbells(0);
        machine.write64(Registers.ASQ, admin.sqAddress, CPU);
        machine.write64(Registers.ACQ, admin.cqAddress, CPU);
        machine.write32(Registers.AQA, Registers.aqa(ADMIN_ENTRIES, ADMIN_ENTRIES), CPU);
        machine.write32(Registers.CC, CC_SETTINGS | 1, CPU);
        ready(true);
        machine.controller.interruptMode(InterruptKind.MSIX);
        machine.forgetHandlers();
        handle(0, this::adminInterrupted);
        IdentifyController id = new IdentifyController(identify(0, IdentifyCns.CONTROLLER));
        IdentifyNamespace ns = new IdentifyNamespace(identify(1, IdentifyCns.NAMESPACE));
        int granted = askForQueues();
        if (queues.isEmpty()) {
            WindowsQueue.Disk geometry = new WindowsQueue.Disk(ns.lbaSizeBytes(), id.mdts());
            for (int i = 1; i <= Math.min(spec.cpus(), granted); i++) {
                GuestQueuePair pair = new GuestQueuePair(machine, i, entries, entries);
                queues.add(new WindowsQueue(machine, pair, spec, disk, geometry));
            }
        }
        queues.forEach(this::createCq);
        queues.forEach(this::createSq);
        askForEvents();
    }

    private void ready(boolean on) {
        boolean reached =
                machine.poll(
                        () -> Registers.cstsRdy(machine.read32(Registers.CSTS, CPU)) == on,
                        1_000_000,
                        READY_NS_MAX);
        if (!reached) {
            throw new GuestStuckException("CSTS.RDY never became " + (on ? 1 : 0));
        }
    }

    /** The whole entry, then the mask; nothing is read back but the mask. */
    private void handle(int vector, Runnable handler) {
        machine.onMessage(vector, () -> machine.timeline.after(IRQ_NS, handler));
        long entry = (long) vector * MSIX_ENTRY_BYTES;
        machine.controller.writeMsix(entry, 8, MSIX_ADDRESS, CPU);
        machine.controller.writeMsix(entry + 8, 4, 0x50 + vector, CPU);
        machine.controller.writeMsix(entry + 12, 4, 0, CPU);
        machine.controller.readMsix(entry + 12, 4, CPU);
    }

    private byte[] identify(long nsid, int cns) {
        byte[] sqe = sqe(Opcodes.ADMIN_IDENTIFY);
        Sqe.putNsid(sqe, 0, nsid);
        AdminSqe.putIdentify(sqe, 0, cns, 0);
        page.point(sqe, 0, 4096);
        require(sqe);
        return page.get(0, 4096);
    }

    private int askForQueues() {
        if (spec.has(GuestFault.NUMBER_OF_QUEUES_NEVER_SET)) {
            return 1;
        }
        byte[] sqe = sqe(Opcodes.ADMIN_SET_FEATURES);
        int wanted = spec.cpus() - 1;
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.NUMBER_OF_QUEUES, wanted << 16 | wanted);
        int dw0 = Cqe.dw0(require(sqe), 0);
        return Math.min(dw0 & 0xFFFF, dw0 >>> 16) + 1;
    }

    private void createCq(WindowsQueue queue) {
        GuestQueuePair pair = queue.pair;
        pair.reset();
        int vector = Math.min(pair.qid, spec.profile().vectors() - 1);
        byte[] sqe = sqe(Opcodes.ADMIN_CREATE_CQ);
        AdminSqe.putCreateCq(sqe, 0, pair.qid, pair.cqEntries - 1, vector, true);
        Sqe.putPrp1(sqe, 0, pair.cqAddress);
        require(sqe);
        handle(vector, queue::interrupted);
    }

    private void createSq(WindowsQueue queue) {
        GuestQueuePair pair = queue.pair;
        byte[] sqe = sqe(Opcodes.ADMIN_CREATE_SQ);
        AdminSqe.putCreateSq(sqe, 0, pair.qid, pair.sqEntries - 1, pair.qid);
        Sqe.putPrp1(sqe, 0, pair.sqAddress);
        require(sqe);
    }

    private void askForEvents() {
        byte[] sqe = sqe(Opcodes.ADMIN_ASYNC_EVENT_REQUEST);
        Sqe.putCid(sqe, 0, AER_CID);
        admin.place(sqe, Sqe.SIZE);
        admin.ring(CPU);
    }

    // ---- admin commands, one at a time ----

    private byte[] sqe(int opcode) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        cid = (cid + 1) % (ADMIN_ENTRIES / 2);
        Sqe.putCid(sqe, 0, cid);
        return sqe;
    }

    private void adminInterrupted() {
        int taken =
                admin.reap(
                        cqe -> {
                            if (Cqe.sqid(cqe, 0) == 0 && Cqe.cid(cqe, 0) == answerTo) {
                                answer = cqe;
                            }
                        });
        if (taken > 0) {
            admin.acknowledge(CPU);
        }
    }

    private byte[] require(byte[] sqe) {
        answer = null;
        answerTo = Sqe.cid(sqe, 0);
        admin.place(sqe, Sqe.SIZE);
        admin.ring(CPU);
        if (!machine.until(() -> answer != null, WATCHDOG_NS)) {
            machine.tally.timeouts++;
            throw new GuestStuckException(
                    "admin opcode " + Sqe.opcode(sqe, 0) + " was not answered in 10 s");
        }
        machine.tally.commands++;
        int status = Cqe.status(answer, 0);
        if (status != 0) {
            throw new GuestStuckException(
                    "admin opcode " + Sqe.opcode(sqe, 0) + ": " + StatusCode.describe(status));
        }
        return answer;
    }

    // ---- work ----

    private void workload() {
        long end = machine.timeline.nowNs() + RUN_NS_MAX;
        while (!queues.stream().allMatch(WindowsQueue::done)) {
            machine.until(() -> queues.stream().allMatch(WindowsQueue::done), SECOND_NS);
            if (queues.stream().anyMatch(q -> q.overdue(WATCHDOG_NS))) {
                watchdog();
            }
            if (machine.timeline.nowNs() > end) {
                throw new GuestStuckException("the workload did not end within an hour");
            }
        }
    }

    private void watchdog() {
        machine.tally.timeouts++;
        if (++machine.tally.resets > RESETS_MAX) {
            throw new GuestStuckException("still timing out after " + RESETS_MAX + " resets");
        }
        queues.forEach(WindowsQueue::stop);
        start();
        queues.forEach(WindowsQueue::startAgain);
    }

    // ---- end ----

    private void shutdown() {
        if (spec.has(GuestFault.UNCLEAN_SHUTDOWN)) {
            queues.get(0).submitOneRead();
            machine.write32(Registers.CC, 0, CPU);
            ready(false);
            return;
        }
        int cc = CC_SETTINGS | 1 | Registers.SHN_NORMAL << 14;
        machine.write32(Registers.CC, cc, CPU);
        boolean complete =
                machine.poll(
                        () ->
                                Registers.cstsShst(machine.read32(Registers.CSTS, CPU))
                                        == Registers.SHST_COMPLETE,
                        1_000_000,
                        READY_NS_MAX);
        if (!complete) {
            throw new GuestStuckException("the shutdown was never complete");
        }
        machine.forgetHandlers();
    }
}
