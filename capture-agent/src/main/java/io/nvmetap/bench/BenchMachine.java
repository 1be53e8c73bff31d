package io.nvmetap.bench;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.Mediator;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The smallest guest that reads blocks as fast as it can, before the reference driver and a
 * modelled drive. One thread uses it.
 */
final class BenchMachine implements AutoCloseable, InterruptSink {
    /** Commands out at once, at most. */
    static final int DEPTH_MAX = 32;

    private static final int ENTRIES = 64;
    private static final long RINGS = 0x10_0000;
    private static final long RING_BYTES = 0x1_0000;
    private static final long DATA = 0x100_0000;
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long DISK_BYTES = 64L << 20;
    private static final int BLOCKS_OF_READ = 8;
    private static final int CC_ENABLE = 0x46_0001;

    private final PagedMemory memory = new PagedMemory(0, MEMORY_BYTES);
    private final BenchTime time;
    private final Mediator driver;
    private final int dstrd;
    private final byte[] sqe = new byte[Sqe.SIZE];
    private final byte[] cqe = new byte[Cqe.SIZE];
    private final int[] tail = new int[2];
    private final int[] head = new int[2];
    private final int[] phase = {1, 1};
    private int out;
    private long submitted;

    /**
     * Brings the controller up with one I/O queue pair.
     *
     * @param tap shown what the driver sees
     */
    BenchMachine(BenchTime time, Tap tap, long seed) {
        this.time = time;
        ControllerProfile profile = ControllerProfile.byName("generic");
        dstrd = Registers.capDstrd(profile.cap());
        ModelController device =
                new ModelController(
                        profile,
                        List.of(new MemoryNamespace(DISK_BYTES, 512)),
                        time.timeline(),
                        seed,
                        Set.of());
        driver =
                new Mediator(
                        DriverSpec.GOOD.config().seed(seed).build(), device, time.timeline(), tap);
        time.enter(() -> driver.connect(memory, this));
        time.enter(this::enable);
        while (!Registers.cstsRdy((int) register(Registers.CSTS))) {
            time.pass();
        }
        createQueues();
    }

    private void enable() {
        driver.interruptMode(InterruptKind.MSIX);
        for (int vector = 0; vector < 2; vector++) {
            driver.writeMsix(16L * vector + 12, 4, 0, 0);
            driver.readMsix(16L * vector + 12, 4, 0);
        }
        write(Registers.AQA, Registers.aqa(ENTRIES, ENTRIES));
        write(Registers.ASQ, sq(0));
        write(Registers.ASQ_HIGH, 0);
        write(Registers.ACQ, cq(0));
        write(Registers.ACQ_HIGH, 0);
        write(Registers.CC, CC_ENABLE);
    }

    private void createQueues() {
        command(Opcodes.ADMIN_SET_FEATURES);
        AdminSqe.putSetFeatures(sqe, 0, 7, 0);
        run();
        command(Opcodes.ADMIN_CREATE_CQ);
        Sqe.putPrp1(sqe, 0, cq(1));
        AdminSqe.putCreateCq(sqe, 0, 1, ENTRIES - 1, 1, true);
        run();
        command(Opcodes.ADMIN_CREATE_SQ);
        Sqe.putPrp1(sqe, 0, sq(1));
        AdminSqe.putCreateSq(sqe, 0, 1, ENTRIES - 1, 1);
        run();
    }

    private void command(int opcode) {
        Arrays.fill(sqe, (byte) 0);
        Sqe.putOpcode(sqe, 0, opcode);
    }

    private void run() {
        time.enter(
                () -> {
                    place(0);
                    ring(0);
                });
        int[] taken = {0};
        while (taken[0] == 0) {
            time.awaitInterrupt();
            time.enter(() -> taken[0] = reap(0));
        }
    }

    /**
     * Reads 4 KiB each, as many at once as asked.
     *
     * @param depth 1 to {@link #DEPTH_MAX}
     * @return nanoseconds it took
     */
    long read(int reads, int depth) {
        int[] left = {reads};
        long began = System.nanoTime();
        time.enter(() -> left[0] -= submit(left[0], depth));
        while (out > 0) {
            time.awaitInterrupt();
            time.enter(
                    () -> {
                        if (reap(1) > 0) {
                            left[0] -= submit(left[0], depth);
                        }
                    });
        }
        return System.nanoTime() - began;
    }

    private int submit(int left, int depth) {
        int count = Math.min(left, depth - out);
        for (int i = 0; i < count; i++) {
            command(Opcodes.IO_READ);
            Sqe.putNsid(sqe, 0, 1);
            NvmSqe.putRange(sqe, 0, submitted * BLOCKS_OF_READ % 65_536, BLOCKS_OF_READ);
            Sqe.putPrp1(sqe, 0, DATA + submitted % DEPTH_MAX * 4_096);
            place(1);
        }
        if (count > 0) {
            out += count;
            ring(1);
        }
        return count;
    }

    private void place(int qid) {
        Sqe.putCid(sqe, 0, (int) (submitted++ % 4_096));
        memory.write(sq(qid) + (long) tail[qid] * Sqe.SIZE, sqe, 0, Sqe.SIZE);
        tail[qid] = (tail[qid] + 1) % ENTRIES;
    }

    private void ring(int qid) {
        write(Registers.doorbellOffset(qid, false, dstrd), tail[qid]);
    }

    private int reap(int qid) {
        int taken = 0;
        for (; completed(qid); taken++) {
            if (Cqe.status(cqe, 0) != 0) {
                throw new IllegalStateException("the modelled drive refused a command");
            }
            head[qid] = (head[qid] + 1) % ENTRIES;
            phase[qid] ^= head[qid] == 0 ? 1 : 0;
        }
        if (taken > 0) {
            write(Registers.doorbellOffset(qid, true, dstrd), head[qid]);
        }
        out -= qid == 0 ? 0 : taken;
        return taken;
    }

    private boolean completed(int qid) {
        memory.read(cq(qid) + (long) head[qid] * Cqe.SIZE, cqe, 0, Cqe.SIZE);
        return Cqe.phase(cqe, 0) == phase[qid];
    }

    private void write(long offset, long value) {
        driver.writeRegister(offset, 4, value, 0);
    }

    private long register(long offset) {
        long[] value = new long[1];
        time.enter(() -> value[0] = driver.readRegister(offset, 4, 0));
        return value[0];
    }

    private static long sq(int qid) {
        return RINGS + 2L * qid * RING_BYTES;
    }

    private static long cq(int qid) {
        return sq(qid) + RING_BYTES;
    }

    @Override
    public void message(int vector) {
        time.interrupt();
    }

    @Override
    public void line(boolean asserted) {
        // MSI-X is on.
    }

    @Override
    public void close() {
        time.close();
    }
}
