package io.nvmetap.device.model;

import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The smallest driver that can use a controller: polls, one thread, virtual time. */
final class TinyDriver implements InterruptSink {
    static final long SEED = 42;
    static final long DATA = 0x100_0000;
    static final long NAMESPACE_BYTES = 64L << 20;

    private static final long RINGS = 0x10_0000;
    private static final long RING_BYTES = 0x4_0000;
    private static final long PATIENCE_NS = 1_000_000_000L;

    final VirtualTimeline time = new VirtualTimeline();
    final PagedMemory memory = new PagedMemory(0, 256L << 20);
    final List<Integer> messages = new ArrayList<>();
    final List<byte[]> skipped = new ArrayList<>();
    final List<Boolean> levels = new ArrayList<>();
    final ModelController controller;
    boolean acknowledges = true;

    private final Map<Integer, Ring> rings = new HashMap<>();
    private final int stride;
    private int nextCid;

    /** Where the driver is in a queue pair. */
    private static final class Ring {
        int size;
        int entryBytes = Sqe.SIZE;
        int tail;
        int head;
        int phase = 1;
    }

    TinyDriver(ControllerProfile profile, ControllerFault... faults) {
        this(profile, List.of(new MemoryNamespace(NAMESPACE_BYTES, 512)), faults);
    }

    TinyDriver(ControllerProfile profile, List<NamespaceStore> stores, ControllerFault... faults) {
        EnumSet<ControllerFault> set = EnumSet.noneOf(ControllerFault.class);
        set.addAll(List.of(faults));
        controller = new ModelController(profile, stores, time, SEED, set);
        controller.connect(memory, this);
        stride = profile.sqeSize();
    }

    static TinyDriver started(ControllerProfile profile, ControllerFault... faults) {
        TinyDriver driver = new TinyDriver(profile, faults);
        driver.enable();
        driver.pair(1, 64);
        return driver;
    }

    @Override
    public void message(int vector) {
        messages.add(vector);
    }

    @Override
    public void line(boolean asserted) {
        levels.add(asserted);
    }

    int read(int offset) {
        return (int) controller.readRegister(offset, 4, 0);
    }

    void write(int offset, int value) {
        controller.writeRegister(offset, 4, value, 0);
    }

    void enable() {
        adminRings(32);
        write(Registers.CC, 0x0046_0001);
        await(Registers.CSTS, 1, 1);
    }

    void adminRings(int size) {
        Ring ring = new Ring();
        ring.size = size;
        rings.clear();
        rings.put(0, ring);
        memory.write(cq(0), new byte[4096], 0, 4096);
        write(Registers.AQA, Registers.aqa(size, size));
        controller.writeRegister(Registers.ASQ, 8, sq(0), 0);
        controller.writeRegister(Registers.ACQ, 8, cq(0), 0);
    }

    /** Runs until the masked register has the value; false if it does not come. */
    boolean await(int register, int mask, int value) {
        long end = time.nowNs() + PATIENCE_NS;
        while ((read(register) & mask) != value && time.nowNs() < end) {
            time.advance(10_000);
        }
        return (read(register) & mask) == value;
    }

    void msix(int vectors) {
        controller.interruptMode(InterruptKind.MSIX);
        for (int v = 0; v < vectors; v++) {
            mask(v, false);
            controller.readMsix(16L * v, 4, 0);
        }
    }

    void mask(int vector, boolean masked) {
        controller.writeMsix(16L * vector + 12, 4, masked ? 1 : 0, 0);
    }

    void pair(int qid, int size) {
        Ring ring = new Ring();
        ring.size = size;
        ring.entryBytes = stride;
        rings.put(qid, ring);
        memory.write(cq(qid), new byte[size * Cqe.SIZE], 0, size * Cqe.SIZE);
        expectSuccess(createCq(qid, size - 1, 0, true));
        expectSuccess(createSq(qid, size - 1, qid));
    }

    private static void expectSuccess(int status) {
        if (status != 0) {
            throw new AssertionError(StatusCode.describe(status));
        }
    }

    int createCq(int qid, int size0, int vector, boolean ien) {
        return admin(
                Opcodes.ADMIN_CREATE_CQ,
                sqe -> {
                    Sqe.putPrp1(sqe, 0, cq(qid));
                    AdminSqe.putCreateCq(sqe, 0, qid, size0, vector, ien);
                });
    }

    int createSq(int qid, int size0, int cqid) {
        return admin(
                Opcodes.ADMIN_CREATE_SQ,
                sqe -> {
                    Sqe.putPrp1(sqe, 0, sq(qid));
                    AdminSqe.putCreateSq(sqe, 0, qid, size0, cqid);
                });
    }

    /** Submits, waits; the status without DNR and such, or -1 if nothing came. */
    int admin(int opcode, Consumer<byte[]> fill) {
        return status(command(0, opcode, fill));
    }

    int io(int opcode, long slba, int blocks, long address) {
        return status(command(1, opcode, io(slba, blocks, address)));
    }

    static Consumer<byte[]> io(long slba, int blocks, long address) {
        return sqe -> {
            Sqe.putNsid(sqe, 0, 1);
            Sqe.putPrp1(sqe, 0, address);
            Sqe.putPrp2(sqe, 0, address + 4096);
            NvmSqe.putRange(sqe, 0, slba, blocks);
        };
    }

    static int status(byte[] cqe) {
        return cqe == null ? -1 : Cqe.status(cqe, 0) & StatusCode.CODE_MASK;
    }

    byte[] command(int qid, int opcode, Consumer<byte[]> fill) {
        int cid = submit(qid, opcode, fill);
        byte[] cqe = next(qid);
        while (cqe != null && Cqe.cid(cqe, 0) != cid) {
            skipped.add(cqe);
            cqe = next(qid);
        }
        return cqe;
    }

    int submit(int qid, int opcode, Consumer<byte[]> fill) {
        int cid = place(qid, opcode, fill);
        ring(qid);
        return cid;
    }

    /** Puts a command in the queue without telling the controller. */
    int place(int qid, int opcode, Consumer<byte[]> fill) {
        Ring ring = rings.get(qid);
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        nextCid = nextCid % 250 + 1;
        Sqe.putCid(sqe, 0, nextCid);
        fill.accept(sqe);
        memory.write(sq(qid) + (long) ring.tail * ring.entryBytes, sqe, 0, Sqe.SIZE);
        ring.tail = (ring.tail + 1) % ring.size;
        return Sqe.cid(sqe, 0);
    }

    void ring(int qid) {
        doorbell(qid, false, rings.get(qid).tail, 0);
    }

    void acknowledge(int qid, int cpu) {
        doorbell(qid, true, rings.get(qid).head, cpu);
    }

    int tail(int qid) {
        return rings.get(qid).tail;
    }

    int head(int qid) {
        return rings.get(qid).head;
    }

    void doorbell(int qid, boolean completion, int value, int cpu) {
        int dstrd = Registers.capDstrd(controller.profile().cap());
        controller.writeRegister(Registers.doorbellOffset(qid, completion, dstrd), 4, value, cpu);
    }

    /** The next completion, or null if none comes in a second. */
    byte[] next(int qid) {
        return next(qid, PATIENCE_NS);
    }

    byte[] next(int qid, long patienceNs) {
        Ring ring = rings.get(qid);
        long at = cq(qid) + (long) ring.head * Cqe.SIZE;
        long end = time.nowNs() + patienceNs;
        byte[] cqe = new byte[Cqe.SIZE];
        memory.read(at, cqe, 0, Cqe.SIZE);
        while (Cqe.phase(cqe, 0) != ring.phase) {
            if (time.nextDueNs() > end) {
                time.runUntil(end);
                return null;
            }
            time.runNext();
            memory.read(at, cqe, 0, Cqe.SIZE);
        }
        ring.head = (ring.head + 1) % ring.size;
        ring.phase ^= ring.head == 0 ? 1 : 0;
        if (acknowledges) {
            acknowledge(qid, 0);
        }
        return cqe;
    }

    byte[] bytes(long address, int count) {
        byte[] bytes = new byte[count];
        memory.read(address, bytes, 0, count);
        return bytes;
    }

    static long sq(int qid) {
        return RINGS + 2L * qid * RING_BYTES;
    }

    static long cq(int qid) {
        return sq(qid) + RING_BYTES;
    }
}
