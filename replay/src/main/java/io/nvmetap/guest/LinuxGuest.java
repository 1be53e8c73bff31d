package io.nvmetap.guest;

import io.nvmetap.guest.LinuxQueue.LinuxDisk;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.LittleEndian;
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
    private static final int POWER_TABLE_BYTES = 256;
    private static final long SLEEP_AFTER_MS = 100;
    private static final int EFFECTS_LOG = 5;
    private static final long SECOND_NS = 1_000_000_000L;
    private static final long TIMEOUT_NS = 30 * SECOND_NS;
    private static final long RUN_NS_MAX = 3600 * SECOND_NS;
    private static final long READY_NS_MAX = 30 * SECOND_NS;
    private static final int RESETS_MAX = 5;
    private static final long MASK_EVERY_NS = 500_000;
    private static final long BALANCE_EVERY_NS = 10_000_000;
    private static final long MASK_EVERY_IDLE_NS = 50_000_000;
    private static final long MASKED_NS = 60_000;
    private static final long CLOSED_NS = 200_000;

    /**
     * Where a scattered Identify buffer begins: its limits before the page's end, the rest after.
     */
    private static final int LATE_IN_PAGE = 0xF80;

    private static final int SQES_BYTE = 512;
    private static final long CURIOUS_NS_MAX = 5 * SECOND_NS;
    private static final int[] CURIOUS = {
        IdentifyCns.ACTIVE_NAMESPACE_LIST,
        IdentifyCns.NAMESPACE_DESCRIPTORS,
        IdentifyCns.CSI_NAMESPACE,
        IdentifyCns.CSI_CONTROLLER,
        IdentifyCns.INDEPENDENT_NAMESPACE,
        IdentifyCns.COMMAND_SETS
    };

    private final GuestMachine machine;
    private final SimulationSpec spec;
    private final DiskContent disk;
    private final LinuxAdmin admin;
    private final LinuxQueueCommands creator;
    private final LinuxInterrupts interrupts;
    private final GuestBuffer page;
    private final GuestBuffer zeroPage;
    private final List<LinuxQueue> queues = new ArrayList<>();
    private int cc = CC_SETTINGS;
    private long cap;
    private int entries = QUEUE_ENTRIES;
    private boolean working;
    private int maskTurn;
    private final long maskEveryNs;
    private long commandsAtMove = -1;

    LinuxGuest(GuestMachine machine, SimulationSpec spec, DiskContent disk) {
        this.machine = machine;
        this.spec = spec;
        this.disk = disk;
        this.maskEveryNs = spec.has(GuestHabit.IDLE_SPELLS) ? MASK_EVERY_IDLE_NS : MASK_EVERY_NS;
        this.admin = new LinuxAdmin(machine);
        this.creator = new LinuxQueueCommands(admin);
        this.interrupts = new LinuxInterrupts(machine, spec);
        this.page = new GuestBuffer(machine, 4096, spec);
        this.zeroPage = new GuestBuffer(machine, 4096);
    }

    @Override
    public void run() {
        cap = machine.readCap(CPU);
        machine.read32(Registers.VS, CPU);
        LinuxMisuse.registers(machine, spec);
        entries = Math.min(QUEUE_ENTRIES, Registers.capMqes(cap) + 1);
        cc = (Registers.capCss(cap) & 0x40) != 0 ? CC_SETTINGS : CC_SETTINGS_NVM;
        enable();
        setUp();
        if (spec.has(GuestHabit.RECREATES_QUEUES)) {
            queues.forEach(LinuxQueue::holdBack);
            workload();
            deleteQueues();
            queues.forEach(LinuxQueue::release);
            queues.forEach(creator::open);
        }
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
        LinuxMisuse.enable(machine, spec, cc);
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
        if (!machine.ready(on, CPU, READY_NS_MAX)) {
            throw new GuestStuckException("CSTS.RDY never became " + (on ? 1 : 0));
        }
    }

    private void setUp() {
        byte[] controller = identify(0, IdentifyCns.CONTROLLER);
        IdentifyController id = new IdentifyController(controller);
        // Entries of no size: not what a controller says of itself.
        machine.tally.errors += controller[SQES_BYTE] == 0 ? 1 : 0;
        byte[] log = admin.sqe(Opcodes.ADMIN_GET_LOG_PAGE);
        Sqe.putNsid(log, 0, Sqe.NSID_ALL);
        AdminSqe.putGetLog(log, 0, EFFECTS_LOG, 4096);
        page.point(log, 0, 4096);
        admin.call(log);
        if ((id.oacs() & IdentifyController.OACS_DOORBELL_BUFFER) != 0) {
            shareDoorbells();
        }
        if (id.apsta() && spec.has(GuestHabit.IDLE_SPELLS)) {
            letSleep();
        }
        int granted = askForQueues();
        int pairs = Math.min(spec.cpus(), granted);
        admin.askForEvents();
        IdentifyNamespace ns = new IdentifyNamespace(identify(1, IdentifyCns.NAMESPACE));
        beCurious();
        LinuxDisk geometry = new LinuxDisk(ns.lbaSizeBytes(), id.mdts(), zeroPage);
        boolean first = queues.isEmpty();
        LinuxMisuse.doorbells(machine, spec);
        for (int i = 1; i <= pairs; i++) {
            if (first) {
                GuestQueuePair pair = pair(i);
                LinuxQueue made = new LinuxQueue(machine, pair, spec, disk, geometry);
                made.vector = interrupts.vector(pair.cqid);
                queues.add(made);
                share(i);
            }
            LinuxQueue queue = queues.get(i - 1);
            creator.open(queue);
            if (queue.pair.ownsCompletions()) {
                interrupts.open(queue.vector, () -> queue.interrupted(queue.cpu));
            }
        }
    }

    /** SQ 1 and 2 to CQ 1, SQ 3 to CQ 2 where a habit wants it so; else a pair for each. */
    private GuestQueuePair pair(int i) {
        if (!spec.has(GuestHabit.SHARED_CQ)) {
            return new GuestQueuePair(machine, i, entries, entries);
        }
        int shared = Math.min(2 * entries, Registers.capMqes(cap) + 1);
        return i == 2
                ? new GuestQueuePair(machine, i, entries, queues.get(0).pair)
                : new GuestQueuePair(machine, i, i == 1 ? 1 : i - 1, entries, shared);
    }

    private void share(int i) {
        if (spec.has(GuestHabit.SHARED_CQ) && i == 2) {
            queues.get(1).completedBy(queues.get(0));
        }
    }

    private byte[] identify(long nsid, int cns) {
        admin.require(identifyEntry(nsid, cns));
        return page.get(identifyOffset(), 4096);
    }

    private byte[] identifyEntry(long nsid, int cns) {
        byte[] sqe = admin.sqe(Opcodes.ADMIN_IDENTIFY);
        Sqe.putNsid(sqe, 0, nsid);
        AdminSqe.putIdentify(sqe, 0, cns, 0);
        page.point(sqe, identifyOffset(), 4096);
        return sqe;
    }

    private int identifyOffset() {
        return spec.has(GuestHabit.SCATTERED_BUFFERS) ? LATE_IN_PAGE : 0;
    }

    /** Whatever comes of it, also nothing. */
    private void beCurious() {
        for (int i = 0; spec.has(GuestHabit.CURIOUS_IDENTIFY) && i < CURIOUS.length; i++) {
            admin.offer(identifyEntry(1, CURIOUS[i]), CURIOUS_NS_MAX);
        }
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

    /** From power state 0 to 1 after so long idle (NVMe Base 2.0, 5.27.1.12). */
    private void letSleep() {
        byte[] table = new byte[POWER_TABLE_BYTES];
        LittleEndian.put64(table, 0, SLEEP_AFTER_MS << 8 | 1 << 3);
        page.put(table);
        byte[] sqe = admin.sqe(Opcodes.ADMIN_SET_FEATURES);
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.AUTONOMOUS_POWER_STATE, 1);
        page.point(sqe, 0, POWER_TABLE_BYTES);
        admin.call(sqe);
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

    // ---- work ----

    private void workload() {
        // Fewer queues than CPUs: the granted ones do their share only.
        queues.forEach(LinuxQueue::start);
        working = true;
        machine.timeline.after(maskEveryNs, this::moveInterrupt);
        if (spec.has(GuestHabit.REOPENS_QUEUES)) {
            machine.until(() -> queues.stream().allMatch(LinuxQueue::halfDone), SECOND_NS);
            reopen();
        }
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

    /** Queues go and come again; what was in flight is submitted again. */
    private void reopen() {
        queues.forEach(LinuxQueue::stop);
        queues.forEach(q -> creator.delete(Opcodes.ADMIN_DELETE_SQ, q));
        queues.forEach(LinuxQueue::close);
        machine.pause(CLOSED_NS);
        queues.forEach(q -> creator.delete(Opcodes.ADMIN_DELETE_CQ, q));
        queues.forEach(LinuxQueue::requeue);
        queues.forEach(creator::open);
        queues.forEach(LinuxQueue::start);
    }

    /** Linux: look without an interrupt, then abort, then reset. */
    private void rescue(LinuxQueue queue) {
        LinuxIo io = queue.overdue(TIMEOUT_NS);
        if (io == null) {
            return;
        }
        machine.tally.timeouts++;
        boolean dead = Registers.cstsCfs(machine.read32(Registers.CSTS, CPU));
        int found = queue.interrupted(queue.cpu);
        if (!io.inFlight) {
            machine.tally.rescued += found;
            return;
        }
        if (!io.aborted && !dead) {
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
                    machine.timeline.after(maskEveryNs, this::moveInterrupt);
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
        deleteQueues();
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

    private void deleteQueues() {
        queues.forEach(q -> creator.delete(Opcodes.ADMIN_DELETE_SQ, q));
        queues.forEach(q -> creator.delete(Opcodes.ADMIN_DELETE_CQ, q));
    }
}
