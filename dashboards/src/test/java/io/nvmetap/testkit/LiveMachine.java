package io.nvmetap.testkit;

import io.nvmetap.capture.Agent;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.EventSink;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.capture.RingTap;
import io.nvmetap.capture.Session;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.Mediator;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.NvmSqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * A small guest before the reference driver before a modelled controller, in real time, recorded
 * into the topic. The guest polls and has one command out at a time.
 */
public final class LiveMachine implements AutoCloseable {
    private static final int ENTRIES = 32;
    private static final long WAIT_NS = 10_000_000_000L;
    private static final long POLL_NS = 200_000;

    private final LiveTimeline timeline = new LiveTimeline(Throwable::printStackTrace);
    private final PagedMemory memory = new PagedMemory(0, 1L << 32);
    private final Mediator mediator;
    private final Agent agent;
    private final int[] tail = new int[2];
    private final int[] head = new int[2];
    private final int[] phase = {1, 1};
    private int cid;

    private LiveMachine(EventRing ring, EventSink sink, long seed, Set<ControllerFault> faults)
            throws IOException {
        ControllerProfile profile = ControllerProfile.byName("generic");
        ModelController device =
                new ModelController(
                        profile,
                        List.of(new MemoryNamespace(1 << 20, 512)),
                        timeline,
                        seed,
                        faults);
        Session session = new Session(0x11fe, seed, header(profile));
        agent = new Agent(ring, session, i -> LiveState.UNKNOWN, sink);
        agent.start();
        DriverSpec driver = DriverSpec.parse("reference");
        mediator = new Mediator(driver.config().build(), device, timeline, new RingTap(ring, 0));
        timeline.enter(() -> mediator.connect(memory, new Silent()));
    }

    /** Starts it and brings the controller up with one I/O queue pair. */
    public static LiveMachine start(String brokers, long seed, ControllerFault... faults)
            throws IOException {
        EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_DEFAULT, System::nanoTime);
        return start(ring, new KafkaEventSink(brokers, 30_000), seed, faults);
    }

    /** As the other, recorded by way of this ring into this sink. */
    public static LiveMachine start(
            EventRing ring, EventSink sink, long seed, ControllerFault... faults)
            throws IOException {
        LiveMachine m = new LiveMachine(ring, sink, seed, Set.of(faults));
        m.boot();
        return m;
    }

    private static CaptureStarted header(ControllerProfile p) {
        ControllerInfo info =
                new ControllerInfo(
                        p.vendorId(),
                        p.deviceId(),
                        p.cap(),
                        p.vs(),
                        p.model(),
                        "",
                        p.firmware(),
                        p.mdts(),
                        p.name(),
                        LiveState.DISABLED);
        return new CaptureStarted(
                System.currentTimeMillis(),
                1,
                "test machine",
                "",
                "",
                "nvmetap-reference",
                "",
                "test",
                "mediator",
                Set.of(),
                "",
                List.of(info),
                PayloadPolicy.NONE);
    }

    private void boot() {
        write(Registers.AQA, Registers.aqa(ENTRIES, ENTRIES));
        write(Registers.ASQ, sq(0));
        write(Registers.ASQ_HIGH, 0);
        write(Registers.ACQ, cq(0));
        write(Registers.ACQ_HIGH, 0);
        write(Registers.CC, 0x460001);
        await(() -> Registers.cstsRdy((int) read(Registers.CSTS)), WAIT_NS);
        byte[] queues = sqe(Opcodes.ADMIN_SET_FEATURES, 0);
        AdminSqe.putSetFeatures(queues, 0, 7, 0);
        run(0, queues);
        byte[] create = sqe(Opcodes.ADMIN_CREATE_CQ, 0);
        Sqe.putPrp1(create, 0, cq(1));
        AdminSqe.putCreateCq(create, 0, 1, ENTRIES - 1, 0, false);
        run(0, create);
        create = sqe(Opcodes.ADMIN_CREATE_SQ, 0);
        Sqe.putPrp1(create, 0, sq(1));
        AdminSqe.putCreateSq(create, 0, 1, ENTRIES - 1, 1);
        run(0, create);
    }

    /**
     * Reads one block after the other until one is not answered.
     *
     * @return {@link System#nanoTime} when that one was submitted
     */
    public long readUntilSilence(long patienceNs) {
        for (int i = 0; i < 1_000; i++) {
            byte[] read = sqe(Opcodes.IO_READ, 1);
            NvmSqe.putRange(read, 0, i % 100, 1);
            Sqe.putPrp1(read, 0, 0x40_0000);
            long submitted = System.nanoTime();
            submit(1, read);
            if (!await(() -> take(1), patienceNs)) {
                return submitted;
            }
        }
        throw new AssertionError("every command was answered");
    }

    /** Reads the controller's status so many times: an event each. */
    public void look(int times) {
        for (int i = 0; i < times; i++) {
            read(Registers.CSTS);
        }
    }

    private void run(int qid, byte[] sqe) {
        submit(qid, sqe);
        if (!await(() -> take(qid), WAIT_NS)) {
            throw new AssertionError("the test machine could not start");
        }
    }

    private static long sq(int qid) {
        return 0x10_0000L + 0x1_0000L * qid;
    }

    private static long cq(int qid) {
        return 0x20_0000L + 0x1_0000L * qid;
    }

    private static byte[] sqe(int opcode, int nsid) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putNsid(sqe, 0, nsid);
        return sqe;
    }

    private void submit(int qid, byte[] sqe) {
        Sqe.putCid(sqe, 0, ++cid & 0xFFF);
        memory.write(sq(qid) + (long) tail[qid] * Sqe.SIZE, sqe, 0, Sqe.SIZE);
        tail[qid] = (tail[qid] + 1) % ENTRIES;
        write(Registers.doorbellOffset(qid, false, 0), tail[qid]);
    }

    private boolean take(int qid) {
        byte[] cqe = new byte[Cqe.SIZE];
        memory.read(cq(qid) + (long) head[qid] * Cqe.SIZE, cqe, 0, Cqe.SIZE);
        if (Cqe.phase(cqe, 0) != phase[qid]) {
            return false;
        }
        head[qid] = (head[qid] + 1) % ENTRIES;
        phase[qid] ^= head[qid] == 0 ? 1 : 0;
        write(Registers.doorbellOffset(qid, true, 0), head[qid]);
        return true;
    }

    private static boolean await(BooleanSupplier there, long patienceNs) {
        long end = System.nanoTime() + patienceNs;
        while (System.nanoTime() < end) {
            if (there.getAsBoolean()) {
                return true;
            }
            LockSupport.parkNanos(POLL_NS);
        }
        return false;
    }

    private void write(long offset, long value) {
        timeline.enter(() -> mediator.writeRegister(offset, 4, value, 0));
    }

    private long read(long offset) {
        long[] value = new long[1];
        timeline.enter(() -> value[0] = mediator.readRegister(offset, 4, 0));
        return value[0];
    }

    @Override
    public void close() throws IOException {
        timeline.close();
        agent.close();
    }

    /** This guest polls. */
    private static final class Silent implements InterruptSink {
        @Override
        public void message(int vector) {
            // It looks by itself.
        }

        @Override
        public void line(boolean asserted) {
            // It looks by itself.
        }
    }
}
