package io.nvmetap.device.vfiouser;

import io.nvmetap.device.Controller;
import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.SharedMemory;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.ResetKind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A controller served by another process over vfio-user. A server that goes away answers like a
 * controller that was pulled out: all ones.
 *
 * <p>Threads: one that answers the server's DMA messages, one that waits for its interrupts and
 * takes them into the timeline, one that asks for INTx anew. None holds the timeline while it
 * waits.
 */
public final class RemoteController implements Controller, SharedMemory.Watcher, AutoCloseable {
    /** How long one INTx signal counts as the line being up. */
    private static final long LINE_NS = 500_000;

    private static final int ENTRY = 16;
    private static final int CONTROL = 12;

    private final RemoteDevice device;
    private final LiveTimeline timeline;
    private final Consumer<String> log;
    private final EventWatch watch;
    private final Map<Integer, EventWatch.Event> vectors = new HashMap<>();
    private final BitSet wanted = new BitSet();
    private final ScheduledExecutorService unmasker =
            Executors.newSingleThreadScheduledExecutor(RemoteController::daemon);
    private GuestMemory memory;
    private InterruptSink sink;
    private EventWatch.Event line;
    private InterruptKind mode = InterruptKind.UNKNOWN;
    private boolean lineUp;
    private volatile boolean gone;
    private volatile IOException why;

    /**
     * Connects and asks what the server serves.
     *
     * @param timeline of whoever drives the controller
     * @param log told, one line each, what goes wrong
     * @throws IOException if nobody listens or no NVMe controller answers; the message says so
     */
    public RemoteController(Path socket, LiveTimeline timeline, Consumer<String> log)
            throws IOException {
        this(socket, timeline, log, RemoteDevice.TIMEOUT_MS);
    }

    /**
     * See {@link #RemoteController(Path, LiveTimeline, Consumer)}.
     *
     * @param answerMsMax how long the server may take for an answer
     * @throws java.net.ConnectException if nobody listens there (yet)
     * @throws ProtocolException if who does is no vfio-user server
     */
    public RemoteController(
            Path socket, LiveTimeline timeline, Consumer<String> log, long answerMsMax)
            throws IOException {
        this.timeline = timeline;
        this.log = log;
        this.device = new RemoteDevice(socket, this::serve, answerMsMax);
        this.watch = new EventWatch("nvmetap-vfio-user-interrupts", this::failed);
    }

    private static Thread daemon(Runnable work) {
        Thread thread = new Thread(work, "nvmetap-vfio-user-line");
        thread.setDaemon(true);
        return thread;
    }

    /** What the server says its function is; vectors and BAR0 as it has them. */
    public PciIdentity identity() {
        return device.identity();
    }

    @Override
    public void connect(GuestMemory newMemory, InterruptSink newSink) {
        memory = newMemory;
        sink = newSink;
        if (newMemory instanceof SharedMemory shared) {
            shared.watch(this);
        }
        device.startCommands();
        attempt(device::enable);
        interruptMode(InterruptKind.INTX);
    }

    @Override
    public void added(SharedMemory.Range range) {
        attempt(() -> device.map(range));
    }

    @Override
    public void removed(SharedMemory.Range range) {
        attempt(() -> device.unmap(range));
    }

    @Override
    public long readRegister(long offset, int widthBytes, int cpu) {
        return read(VfioUser.REGION_BAR0, offset, widthBytes);
    }

    @Override
    public void writeRegister(long offset, int widthBytes, long value, int cpu) {
        attempt(() -> device.write(VfioUser.REGION_BAR0, offset, widthBytes, value));
    }

    @Override
    public long readMsix(long offset, int widthBytes, int cpu) {
        return read(device.tableRegion(), device.tableOffset() + offset, widthBytes);
    }

    @Override
    public void writeMsix(long offset, int widthBytes, long value, int cpu) {
        long at = device.tableOffset() + offset;
        attempt(
                () -> {
                    unmasked(offset, widthBytes, value);
                    device.write(device.tableRegion(), at, widthBytes, value);
                });
    }

    /** A vector is given its descriptor when it is first unmasked. */
    private void unmasked(long offset, int width, long value) throws IOException {
        boolean low = width == 4 && offset % ENTRY == CONTROL;
        boolean high = width == 8 && offset % ENTRY == CONTROL - 4;
        long control = low ? value : high ? value >>> 32 : 1;
        long vector = offset / ENTRY;
        boolean there = offset >= 0 && vector < device.interrupts(VfioUser.IRQ_MSIX);
        if (there && (control & 1) == 0) {
            wanted.set((int) vector);
            attachVector((int) vector);
        }
    }

    private void attachVector(int vector) throws IOException {
        if (mode == InterruptKind.MSIX && vectors.get(vector) == null) {
            EventWatch.Event event = watch.add(() -> timeline.enter(() -> sink.message(vector)));
            vectors.put(vector, event);
            device.attach(VfioUser.IRQ_MSIX, vector, List.of(event.descriptor()));
        }
    }

    private long read(int region, long offset, int width) {
        long[] value = {-1L >>> Long.SIZE - 8 * width};
        attempt(() -> value[0] = device.read(region, offset, width));
        return value[0];
    }

    @Override
    public void interruptMode(InterruptKind newMode) {
        if (mode == newMode) {
            return;
        }
        InterruptKind old = mode;
        mode = newMode;
        attempt(
                () -> {
                    detach(old);
                    attach(newMode);
                });
    }

    private void detach(InterruptKind old) throws IOException {
        if (old != InterruptKind.UNKNOWN) {
            device.disableInterrupts(index(old));
            device.interruptControl(old, false);
        }
        vectors.values().forEach(EventWatch.Event::close);
        vectors.clear();
        if (line != null) {
            line.close();
            line = null;
        }
    }

    private void attach(InterruptKind now) throws IOException {
        int index = index(now);
        if (now == InterruptKind.INTX) {
            line = watch.add(this::lineSignalled);
            device.attach(index, 0, List.of(line.descriptor()));
            return;
        }
        device.interruptControl(now, true);
        if (now == InterruptKind.MSIX) {
            for (int v = wanted.nextSetBit(0); v >= 0; v = wanted.nextSetBit(v + 1)) {
                attachVector(v);
            }
            return;
        }
        List<Descriptor> descriptors = new ArrayList<>();
        for (int v = 0; v < device.interrupts(index); v++) {
            int vector = v;
            EventWatch.Event event = watch.add(() -> timeline.enter(() -> sink.message(vector)));
            vectors.put(v, event);
            descriptors.add(event.descriptor());
        }
        device.attach(index, 0, descriptors);
    }

    private static int index(InterruptKind kind) {
        return switch (kind) {
            case MSIX -> VfioUser.IRQ_MSIX;
            case MSI -> VfioUser.IRQ_MSI;
            case INTX, UNKNOWN -> VfioUser.IRQ_INTX;
        };
    }

    /**
     * The level of INTx does not cross: a signal says it is up, and after each unmask the server
     * says so again while it stays up. So it counts as up for a while, in which a driver looks for
     * itself, and then is asked for anew.
     */
    private void lineSignalled() {
        timeline.enter(
                () -> {
                    if (mode == InterruptKind.INTX && !gone) {
                        lineUp = true;
                        sink.line(true);
                        unmasker.schedule(this::askAnew, LINE_NS, TimeUnit.NANOSECONDS);
                    }
                });
    }

    /**
     * On a thread of its own: the timeline's may be the one that the server waits for, when server
     * and client are each other's.
     */
    private void askAnew() {
        boolean[] was = new boolean[1];
        timeline.enter(
                () -> {
                    was[0] = lineUp && mode == InterruptKind.INTX;
                    if (was[0]) {
                        lineUp = false;
                        sink.line(false);
                    }
                });
        if (was[0]) {
            attempt(device::unmaskLine);
        }
    }

    @Override
    public void reset(ResetKind kind) {
        attempt(device::reset);
        wanted.clear();
        // Its descriptors survive that, the function's bus master and interrupt bits do not.
        attempt(device::enable);
        interruptMode(InterruptKind.INTX);
    }

    /** The server's own commands: DMA to memory that has no descriptor. */
    private Message serve(Message command) {
        command.closeDescriptors();
        return DmaService.answer(memory, command);
    }

    private interface Step {
        void run() throws IOException;
    }

    private void attempt(Step step) {
        if (gone) {
            return;
        }
        try {
            step.run();
        } catch (IOException e) {
            why = e;
            gone = true;
            log.accept("the controller behind vfio-user is gone: " + e.getMessage());
        }
    }

    private void failed(Throwable failure) {
        log.accept("vfio-user interrupts: " + failure);
    }

    /** Whether the server did not answer when it was asked. */
    public boolean isGone() {
        return gone;
    }

    /**
     * Why the server answers no more; looks at the connection too, so that one that left while
     * nothing was asked is noticed.
     *
     * @return empty while it does
     */
    public Optional<ProtocolException> departure() {
        IOException known = gone ? why : device.over();
        if (known == null) {
            return Optional.empty();
        }
        return Optional.of(
                new ProtocolException(ProtocolException.kind(known), known.getMessage()));
    }

    /** Lets go of the server. */
    @Override
    public void close() {
        gone = true;
        unmasker.shutdownNow();
        watch.close();
        device.close();
    }
}
