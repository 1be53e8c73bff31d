package io.nvmetap.guest;

import io.nvmetap.guest.LinuxQueue.LinuxDisk;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;

/**
 * An operating system that drives as Linux does: takes over an enabled controller, asks for a queue
 * pair a CPU, MSI-X, many commands in flight; looks at a queue without an interrupt when a command
 * is overdue, then aborts, then resets.
 */
final class LinuxGuest implements Guest {
    private static final int CPU = LinuxAdmin.CPU;
    private static final int CC_SETTINGS = 0x46_0060;
    private static final int CC_SETTINGS_NVM = 0x46_0000;
    private static final int QUEUE_ENTRIES = 64;
    private static final int EFFECTS_LOG = 5;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long TIMEOUT_NS = 30 * SECOND_NS;
    private static final long RUN_NS_MAX = 3600 * SECOND_NS;
    private static final long READY_NS_MAX = 30 * SECOND_NS;
    private static final int RESETS_MAX = 5;
    private static final long MASK_EVERY_NS = 500_000;
    private static final long BALANCE_EVERY_NS = 10_000_000;
    private static final long MASKED_NS = 60_000;

    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final LinuxAdmin admin;
    private final LinuxInterrupts interrupts;
    private final GuestBuffer page;
    private final GuestBuffer zeroPage;
    private final List<LinuxQueue> queues = new ArrayList<>();
    private int cc = CC_SETTINGS;
    private int entries = QUEUE_ENTRIES;
    private boolean working;
    private int maskTurn;
    private long commandsAtMove = -1;

    LinuxGuest(GuestMachine machine, SimulationSpec spec, DiskContent disk) {
        this.machine = machine;
        this.spec = spec;
        this.disk = disk;
        this.admin = new LinuxAdmin(machine);
        this.interrupts = new LinuxInterrupts(machine, spec);
        this.page = new GuestBuffer(machine, 4096);
        this.zeroPage = new GuestBuffer(machine, 4096);
    }

    @Override
    public void run() {
        long cap = machine.readCap(CPU);
        machine.read32(Registers.VS, CPU);
        entries = Math.min(QUEUE_ENTRIES, Registers.capMqes(cap) + 1);
        cc = (Registers.capCss(cap) & 0x40) != 0 ? CC_SETTINGS : CC_SETTINGS_NVM;
        enable();
        setUp();
        workload();
        end();
    }

    // ---- bring-up ----

    private void enable() {
        int status = machine.read32(Registers.CSTS, CPU);
        int old = machine.read32(Registers.CC, CPU);
        if (Registers.cstsRdy(status) || Registers.ccEn(old)) {
            machine.write32(Registers.CC, old & ~1, CPU);
            ready(false);
        }
        admin.reset();
        machine.shadowDoorbells(0);
        machine.write32(Registers.AQA, Registers.aqa(LinuxAdmin.ENTRIES, LinuxAdmin.ENTRIES), CPU);
        machine.write64(Registers.ASQ, admin.pair().sqAddress, CPU);
        machine.write64(Registers.ACQ, admin.pair().cqAddress, CPU);
        machine.write32(Registers.CC, cc, CPU);
        machine.write32(Registers.CC, cc | 1, CPU);
        ready(true);
        interrupts.begin();
        interrupts.open(interrupts.vector(0), admin::interrupted);
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

    private void setUp() {
        IdentifyController id = new IdentifyController(identify(0, IdentifyCns.CONTROLLER));
        byte[] log = admin.sqe(Opcodes.ADMIN_GET_LOG_PAGE);
        Sqe.putNsid(log, 0, Sqe.NSID_ALL);
        AdminSqe.putGetLog(log, 0, EFFECTS_LOG, 4096);
        page.point(log, 0, 4096);
        admin.call(log);
        if ((id.oacs() & IdentifyController.OACS_DOORBELL_BUFFER) != 0) {
            shareDoorbells();
        }
        int granted = askForQueues();
        int pairs = Math.min(spec.cpus(), granted);
        admin.askForEvents();
        IdentifyNamespace ns = new IdentifyNamespace(identify(1, IdentifyCns.NAMESPACE));
        LinuxDisk geometry = new LinuxDisk(ns.lbaSizeBytes(), id.mdts(), zeroPage);
        boolean first = queues.isEmpty();
        for (int i = 1; i <= pairs; i++) {
            if (first) {
                GuestQueuePair pair = new GuestQueuePair(machine, i, entries, entries);
                LinuxQueue queue = new LinuxQueue(machine, pair, spec, disk, geometry);
                queue.vector = interrupts.vector(i);
                queues.add(queue);
            }
            open(queues.get(i - 1));
        }
    }

    private byte[] identify(long nsid, int cns) {
        byte[] sqe = admin.sqe(Opcodes.ADMIN_IDENTIFY);
        Sqe.putNsid(sqe, 0, nsid);
        AdminSqe.putIdentify(sqe, 0, cns, 0);
        page.point(sqe, 0, 4096);
        admin.require(sqe);
        return page.get(0, 4096);
    }

    /** Doorbell Buffer Config: two pages, for shadow doorbells and for event indices. */
    private void shareDoorbells() {
        long cells = machine.allocate(2 * 4096);
        byte[] sqe = admin.sqe(Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG);
        Sqe.putPrp1(sqe, 0, cells);
        Sqe.putPrp2(sqe, 0, cells + 4096);
        if (Cqe.status(admin.call(sqe), 0) == 0) {
            machine.shadowDoorbells(cells);
        }
    }

    private int askForQueues() {
        if (spec.has(GuestFault.NUMBER_OF_QUEUES_NEVER_SET)) {
            return 1;
        }
        byte[] sqe = admin.sqe(Opcodes.ADMIN_SET_FEATURES);
        int wanted = spec.cpus() - 1;
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.NUMBER_OF_QUEUES, wanted << 16 | wanted);
        int dw0 = Cqe.dw0(admin.require(sqe), 0);
        return Math.min(dw0 & 0xFFFF, dw0 >>> 16) + 1;
    }

    private void open(LinuxQueue queue) {
        GuestQueuePair pair = queue.pair;
        pair.reset();
        byte[] cq = admin.sqe(Opcodes.ADMIN_CREATE_CQ);
        AdminSqe.putCreateCq(cq, 0, pair.qid, pair.cqEntries - 1, queue.vector, true);
        Sqe.putPrp1(cq, 0, pair.cqAddress);
        admin.require(cq);
        byte[] sq = admin.sqe(Opcodes.ADMIN_CREATE_SQ);
        AdminSqe.putCreateSq(sq, 0, pair.qid, pair.sqEntries - 1, pair.qid);
        Sqe.putPrp1(sq, 0, pair.sqAddress);
        admin.require(sq);
        interrupts.open(queue.vector, () -> queue.interrupted(queue.cpu));
    }

    // ---- work ----

    private void workload() {
        // Fewer queues than CPUs: the granted ones do their share only.
        queues.forEach(LinuxQueue::start);
        working = true;
        machine.timeline.after(MASK_EVERY_NS, this::moveInterrupt);
        long end = machine.timeline.nowNs() + RUN_NS_MAX;
        while (!queues.stream().allMatch(LinuxQueue::done)) {
            machine.until(() -> queues.stream().allMatch(LinuxQueue::done), SECOND_NS);
            queues.forEach(this::rescue);
            if (machine.timeline.nowNs() > end) {
                throw new GuestStuckException("the workload did not end within an hour");
            }
        }
        working = false;
    }

    /** Linux: look without an interrupt, then abort, then reset. */
    private void rescue(LinuxQueue queue) {
        LinuxIo io = queue.overdue(TIMEOUT_NS);
        if (io == null) {
            return;
        }
        machine.tally.timeouts++;
        int found = queue.interrupted(queue.cpu);
        if (!io.inFlight) {
            machine.tally.rescued += found;
            return;
        }
        if (!io.aborted) {
            io.aborted = true;
            io.submittedNs = machine.timeline.nowNs();
            admin.abort(queue.pair.qid, io.cid());
            return;
        }
        if (++machine.tally.resets > RESETS_MAX) {
            throw new GuestStuckException("still timing out after " + RESETS_MAX + " resets");
        }
        queues.forEach(LinuxQueue::stop);
        machine.write32(Registers.CC, cc, CPU);
        ready(false);
        queues.forEach(LinuxQueue::requeue);
        enable();
        setUp();
        queues.forEach(LinuxQueue::start);
    }

    /**
     * Interrupts move between CPUs, as a balancer does with busy ones: mask, flush, a moment,
     * unmask, flush. Nothing moves while the guest waits for a command that does not come back.
     */
    private void moveInterrupt() {
        if (!working || queues.isEmpty() || !interrupts.byTable()) {
            return;
        }
        if (machine.tally.commands == commandsAtMove) {
            machine.timeline.after(BALANCE_EVERY_NS, this::moveInterrupt);
            return;
        }
        commandsAtMove = machine.tally.commands;
        LinuxQueue queue = queues.get(maskTurn++ % queues.size());
        interrupts.mask(queue.vector, true, queue.cpu);
        machine.timeline.after(
                MASKED_NS,
                () -> {
                    interrupts.mask(queue.vector, false, queue.cpu);
                    machine.timeline.after(MASK_EVERY_NS, this::moveInterrupt);
                });
    }

    // ---- end ----

    private void end() {
        if (spec.has(GuestFault.UNCLEAN_SHUTDOWN)) {
            queues.get(0).submitOneRead();
            machine.write32(Registers.CC, cc, CPU);
            ready(false);
            return;
        }
        queues.forEach(q -> delete(Opcodes.ADMIN_DELETE_SQ, q));
        queues.forEach(q -> delete(Opcodes.ADMIN_DELETE_CQ, q));
        interrupts.end();
        machine.write32(Registers.CC, cc | 1 | Registers.SHN_NORMAL << 14, CPU);
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
    }

    private void delete(int opcode, LinuxQueue queue) {
        byte[] sqe = admin.sqe(opcode);
        AdminSqe.putDeleteQueue(sqe, 0, queue.pair.qid);
        admin.require(sqe);
    }
}
