package io.nvmetap.device.vfiouser;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.mediator.Mediator;
import io.nvmetap.mediator.MediatorConfig;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A modelled controller behind a server, a client of it in the same process, and a driver's hands:
 * its memory, its admin queue, its interrupts.
 */
final class RemoteRig implements AutoCloseable, InterruptSink {
    static final long BYTES = 1 << 20;
    static final long SQ = 0x1000;
    static final long CQ = 0x2000;
    static final long DATA = 0x4000;
    static final int ENTRIES = 16;

    final List<String> log = Collections.synchronizedList(new ArrayList<>());
    final List<Integer> messages = Collections.synchronizedList(new ArrayList<>());
    final List<Boolean> levels = Collections.synchronizedList(new ArrayList<>());
    final LiveTimeline serverTime = new LiveTimeline(failure -> log.add("server: " + failure));
    final LiveTimeline clientTime = new LiveTimeline(failure -> log.add("client: " + failure));
    final ModelController model;
    final DeviceServer server;
    final RemoteController remote;
    final DmaMap memory;

    /** Whether reads of memory without a file fail. */
    volatile boolean memoryFails;

    /** What the driver drives: the remote controller, or a mediator over it. */
    final Controller driven;

    private final LiveTimeline middleTime =
            new LiveTimeline(failure -> log.add("middle: " + failure));
    private RemoteController middle;
    private DeviceServer middleServer;
    private MemoryFile own;
    private int tail;
    private int head;
    private int phase = 1;

    /** What is between driver and modelled controller. */
    enum Between {
        CLIENT_AND_SERVER,
        MEDIATOR_TOO,
        /** Two sockets, and memory that has no file: every byte of DMA crosses both. */
        TWO_SERVERS
    }

    RemoteRig(Path folder, Between between) throws IOException {
        ControllerProfile profile = ControllerProfile.byName("generic");
        model =
                new ModelController(
                        profile,
                        List.of(new MemoryNamespace(1 << 20, 512)),
                        serverTime,
                        1,
                        Set.of());
        int bar0 = PciIdentity.BAR0_BYTES_MIN;
        while (bar0 < model.registerBytes()) {
            bar0 <<= 1;
        }
        PciIdentity identity =
                new PciIdentity(
                        0x1B36, 0x10, 1, 2, 3, PciIdentity.CLASS_NVME, profile.vectors(), bar0);
        server = new DeviceServer(folder.resolve("r"), identity, model, serverTime, log::add);
        boolean chained = between == Between.TWO_SERVERS;
        RemoteController first =
                new RemoteController(server.path(), chained ? middleTime : clientTime, log::add);
        if (chained) {
            middle = first;
            middleServer =
                    new DeviceServer(
                            folder.resolve("m"), first.identity(), first, middleTime, log::add);
            remote = new RemoteController(middleServer.path(), clientTime, log::add);
        } else {
            remote = first;
        }
        driven = between == Between.MEDIATOR_TOO ? mediator() : remote;
        memory = new DmaMap(new Paged());
        memory.map(0, BYTES, 3, chained ? null : Descriptors.file(BYTES), 0);
        clientTime.enter(() -> driven.connect(memory, this));
        if (driven instanceof Mediator mediator) {
            clientTime.enter(mediator::takeOver);
        }
    }

    /** Memory without a file. */
    private final class Paged implements DmaMap.Remote {
        private final PagedMemory pages = new PagedMemory(0, BYTES);

        @Override
        public void read(long address, byte[] target, int at, int count) {
            if (memoryFails) {
                throw new InternalError("a page is gone");
            }
            pages.read(address, target, at, count);
        }

        @Override
        public void write(long address, byte[] source, int from, int count) {
            pages.write(address, source, from, count);
        }
    }

    private Mediator mediator() throws IOException {
        own = new MemoryFile("own", 16 << 20);
        MediatorConfig config =
                MediatorConfig.builder()
                        .vectors(remote.identity().vectors())
                        .ownMemory(own.buffer())
                        .build();
        return new Mediator(config, remote, clientTime, Tap.OFF);
    }

    @Override
    public void message(int vector) {
        messages.add(vector);
    }

    @Override
    public void line(boolean asserted) {
        levels.add(asserted);
    }

    long read(long offset, int width) {
        long[] value = new long[1];
        clientTime.enter(() -> value[0] = driven.readRegister(offset, width, 0));
        return value[0];
    }

    void write(long offset, int width, long value) {
        clientTime.enter(() -> driven.writeRegister(offset, width, value, 0));
    }

    boolean until(BooleanSupplier condition) {
        return Descriptors.eventually(condition);
    }

    boolean ready(int wanted) {
        return until(() -> (read(Registers.CSTS, 4) & 1) == wanted);
    }

    /** Enables the controller with an admin queue; true once it is ready. */
    boolean enable() {
        tail = 0;
        head = 0;
        phase = 1;
        memory.write(CQ, new byte[4096], 0, 4096);
        write(Registers.AQA, 4, Registers.aqa(ENTRIES, ENTRIES));
        write(Registers.ASQ, 8, SQ);
        write(Registers.ACQ, 8, CQ);
        write(Registers.CC, 4, 0x0046_0001);
        return ready(1);
    }

    /** Submits an Identify Controller; its data will be at {@link #DATA}. */
    void submitIdentify() {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, Opcodes.ADMIN_IDENTIFY);
        Sqe.putCid(sqe, 0, tail + 1);
        Sqe.putPrp1(sqe, 0, DATA);
        AdminSqe.putIdentify(sqe, 0, 1, 0);
        memory.write(SQ + (long) tail * Sqe.SIZE, sqe, 0, Sqe.SIZE);
        tail = (tail + 1) % ENTRIES;
        write(Registers.DOORBELL_BASE, 4, tail);
    }

    /** Waits for the next completion, without taking it; its status, -1 if none comes. */
    int completed() {
        byte[] cqe = new byte[Cqe.SIZE];
        boolean came =
                until(
                        () -> {
                            memory.read(CQ + (long) head * Cqe.SIZE, cqe, 0, Cqe.SIZE);
                            return Cqe.phase(cqe, 0) == phase;
                        });
        return came ? Cqe.status(cqe, 0) : -1;
    }

    /** Takes the completion: rings the head doorbell. */
    void take() {
        head = (head + 1) % ENTRIES;
        phase ^= head == 0 ? 1 : 0;
        write(Registers.DOORBELL_BASE + 4, 4, head);
    }

    @Override
    public void close() {
        remote.close();
        if (middle != null) {
            middleServer.close();
            middle.close();
        }
        server.close();
        middleTime.close();
        clientTime.close();
        serverTime.close();
        memory.close();
        if (own != null) {
            own.close();
        }
    }
}
