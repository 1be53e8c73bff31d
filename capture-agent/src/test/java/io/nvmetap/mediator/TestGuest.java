package io.nvmetap.mediator;

import io.nvmetap.device.Controller;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A small guest before a mediator before a modelled controller, all in virtual time. */
final class TestGuest implements InterruptSink {
    static final long MEMORY = 0x1_0000_0000L;
    static final long WAIT_NS = 10_000_000_000L;

    final VirtualTimeline timeline;
    final RecordingTap tap;
    final PagedMemory memory = new PagedMemory(0, MEMORY);
    final ModelController device;
    final Controller mediator;
    final Map<Integer, Ring> rings = new TreeMap<>();
    final List<Integer> messages = new ArrayList<>();
    boolean line;
    int stride = 64;
    private long nextPage = 0x10_0000;
    private int nextCid = 0x100;

    /** A guest side queue pair. */
    static final class Ring {
        long sq;
        long cq;
        int entries;
        int cqEntries;
        int tail;
        int head;
        int phase = 1;
        int lastSqhd = -1;
        int lastSqid = -1;
    }

    TestGuest(MediatorConfig config) {
        this(config, ControllerProfile.byName(config.profile().name()), Set.of());
    }

    TestGuest(MediatorConfig config, ControllerProfile profile, Set<ControllerFault> faults) {
        timeline = new VirtualTimeline();
        tap = new RecordingTap(timeline);
        device =
                new ModelController(
                        profile, List.of(new MemoryNamespace(1 << 20, 512)), timeline, 7, faults);
        mediator = new Mediator(config, device, timeline, tap);
        mediator.connect(memory, this);
    }

    /** Before another controller. */
    TestGuest(MediatorConfig config, Controller below, VirtualTimeline timeline) {
        this.timeline = timeline;
        tap = new RecordingTap(timeline);
        device = null;
        mediator = new Mediator(config, below, timeline, tap);
        mediator.connect(memory, this);
    }

    Mediator driver() {
        return (Mediator) mediator;
    }

    @Override
    public void message(int vector) {
        messages.add(vector);
    }

    @Override
    public void line(boolean asserted) {
        line = asserted;
    }

    long page() {
        return pages(1);
    }

    long pages(int count) {
        long at = nextPage;
        nextPage += 4096L * count;
        return at;
    }

    int reg(long offset) {
        return (int) mediator.readRegister(offset, 4, 0);
    }

    void reg(long offset, long value) {
        mediator.writeRegister(offset, 4, value, 0);
    }

    boolean waitReady(boolean ready) {
        for (int i = 0; i < 10_000; i++) {
            int csts = reg(Registers.CSTS);
            if (Registers.cstsRdy(csts) == ready) {
                return true;
            }
            if (Registers.cstsCfs(csts)) {
                return false;
            }
            timeline.advance(1_000_000);
        }
        return false;
    }

    boolean enable(int entries) {
        return enable(entries, 0x460001);
    }

    boolean enable(int entries, int cc) {
        prepareAdmin(entries);
        reg(Registers.CC, cc);
        return waitReady(true);
    }

    void prepareAdmin(int entries) {
        rings.clear();
        Ring ring = ring(0, entries, entries);
        reg(Registers.AQA, Registers.aqa(entries, entries));
        reg(Registers.ASQ, ring.sq & 0xFFFF_FFFFL);
        reg(Registers.ASQ + 4, ring.sq >>> 32);
        reg(Registers.ACQ, ring.cq & 0xFFFF_FFFFL);
        reg(Registers.ACQ + 4, ring.cq >>> 32);
    }

    boolean disable() {
        reg(Registers.CC, 0x460000);
        return waitReady(false);
    }

    Ring ring(int qid, int entries, int cqEntries) {
        Ring ring = new Ring();
        ring.entries = entries;
        ring.cqEntries = cqEntries;
        ring.sq = pages((entries * 128 + 4095) / 4096);
        ring.cq = pages((cqEntries * 16 + 4095) / 4096);
        rings.put(qid, ring);
        return ring;
    }

    byte[] sqe(int opcode, int nsid) {
        byte[] sqe = new byte[64];
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putNsid(sqe, 0, nsid);
        return sqe;
    }

    /** Places a command without ringing; returns its CID. */
    int place(int qid, byte[] sqe) {
        Ring ring = rings.get(qid);
        int cid = nextCid++ & 0xFFF;
        Sqe.putCid(sqe, 0, cid);
        int step = qid == 0 ? 64 : stride;
        memory.write(ring.sq + (long) ring.tail * step, sqe, 0, 64);
        ring.tail = (ring.tail + 1) % ring.entries;
        return cid;
    }

    void ring(int qid) {
        ring(qid, 0);
    }

    void ring(int qid, int cpu) {
        mediator.writeRegister(
                Registers.doorbellOffset(qid, false, 0), 4, rings.get(qid).tail, cpu);
    }

    int submit(int qid, byte[] sqe) {
        int cid = place(qid, sqe);
        ring(qid);
        return cid;
    }

    /** Takes one completion if there is one, without acknowledging. */
    byte[] take(int qid) {
        Ring ring = rings.get(qid);
        byte[] cqe = new byte[16];
        memory.read(ring.cq + ring.head * 16L, cqe, 0, 16);
        if (Cqe.phase(cqe, 0) != ring.phase) {
            return null;
        }
        ring.head++;
        if (ring.head == ring.cqEntries) {
            ring.head = 0;
            ring.phase ^= 1;
        }
        ring.lastSqhd = Cqe.sqhd(cqe, 0);
        ring.lastSqid = Cqe.sqid(cqe, 0);
        return cqe;
    }

    void ack(int qid) {
        ack(qid, 0);
    }

    void ack(int qid, int cpu) {
        mediator.writeRegister(Registers.doorbellOffset(qid, true, 0), 4, rings.get(qid).head, cpu);
    }

    /** Waits for one completion and acknowledges it; null if none came. */
    byte[] await(int qid) {
        return await(qid, WAIT_NS);
    }

    byte[] await(int qid, long waitNs) {
        long end = timeline.nowNs() + waitNs;
        byte[] cqe = take(qid);
        while (cqe == null && timeline.nowNs() < end) {
            timeline.advance(1_000);
            cqe = take(qid);
            if (cqe == null && timeline.nextDueNs() > timeline.nowNs()) {
                timeline.runUntil(Math.min(timeline.nextDueNs(), end));
            }
        }
        if (cqe != null) {
            ack(qid);
        }
        return cqe;
    }

    byte[] run(int qid, byte[] sqe) {
        submit(qid, sqe);
        return await(qid);
    }

    static int status(byte[] cqe) {
        return cqe == null ? -1 : Cqe.status(cqe, 0);
    }

    byte[] identify(int cns, int nsid) {
        long at = page();
        byte[] sqe = sqe(Opcodes.ADMIN_IDENTIFY, nsid);
        AdminSqe.putIdentify(sqe, 0, cns, 0);
        Sqe.putPrp1(sqe, 0, at);
        int status = status(run(0, sqe));
        byte[] data = new byte[4096];
        memory.read(at, data, 0, 4096);
        return status == 0 ? data : null;
    }

    int setQueues(int count) {
        byte[] sqe = sqe(Opcodes.ADMIN_SET_FEATURES, 0);
        int n0 = count - 1;
        AdminSqe.putSetFeatures(sqe, 0, FeatureId.NUMBER_OF_QUEUES, n0 << 16 | n0);
        return status(run(0, sqe));
    }

    /** Creates a pair; status of the first that failed, or 0. */
    int createPair(int qid, int entries, int vector, boolean interrupts) {
        Ring ring = ring(qid, entries, entries);
        byte[] cq = sqe(Opcodes.ADMIN_CREATE_CQ, 0);
        Sqe.putPrp1(cq, 0, ring.cq);
        AdminSqe.putCreateCq(cq, 0, qid, entries - 1, vector, interrupts);
        int status = status(run(0, cq));
        if (status != 0) {
            return status;
        }
        byte[] sq = sqe(Opcodes.ADMIN_CREATE_SQ, 0);
        Sqe.putPrp1(sq, 0, ring.sq);
        AdminSqe.putCreateSq(sq, 0, qid, entries - 1, qid);
        return status(run(0, sq));
    }

    int delete(int opcode, int qid) {
        byte[] sqe = sqe(opcode, 0);
        AdminSqe.putDeleteQueue(sqe, 0, qid);
        return status(run(0, sqe));
    }

    byte[] io(int opcode, long slba, int blocks, long prp1) {
        byte[] sqe = sqe(opcode, 1);
        NvmSqe.putRange(sqe, 0, slba, blocks);
        Sqe.putPrp1(sqe, 0, prp1);
        if (blocks > 8 && blocks <= 16) {
            Sqe.putPrp2(sqe, 0, prp1 + 4096);
        }
        return sqe;
    }

    /** As Linux does: asks for queues, MSI-X on, all vectors unmasked. */
    void bootLike(int pairs, int entries) {
        mediator.interruptMode(InterruptKind.MSIX);
        unmask(0, true);
        require(enable(32));
        require(identify(1, 0) != null);
        require(setQueues(pairs) == 0);
        for (int qid = 1; qid <= pairs; qid++) {
            unmask(qid, true);
            require(createPair(qid, entries, qid, true) == 0);
        }
    }

    void unmask(int vector, boolean unmask) {
        mediator.writeMsix(vector * 16L + 12, 4, unmask ? 0 : 1, 0);
    }

    static void require(boolean holds) {
        if (!holds) {
            throw new AssertionError("the test guest could not start");
        }
    }
}
