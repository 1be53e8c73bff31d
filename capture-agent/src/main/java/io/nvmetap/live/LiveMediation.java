package io.nvmetap.live;

import io.nvmetap.capture.Agent;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.EventSink;
import io.nvmetap.capture.FileSink;
import io.nvmetap.capture.RingTap;
import io.nvmetap.capture.Session;
import io.nvmetap.capture.SinkPlan;
import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.FileNamespace;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.device.model.NamespaceStore;
import io.nvmetap.device.vfiouser.DeviceServer;
import io.nvmetap.device.vfiouser.MemoryFile;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.device.vfiouser.RemoteController;
import io.nvmetap.event.LiveState;
import io.nvmetap.mediator.Mediator;
import io.nvmetap.mediator.MediatorConfig;
import io.nvmetap.mediator.MediatorProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * Controller, driver, recording and server, running. Closing it ends the recording in order: last
 * event, counts, file closed.
 */
public final class LiveMediation implements AutoCloseable {
    /** Memory for a driver's own pages when the controller is in another process: 64 MiB. */
    static final int OWN_BYTES = 64 << 20;

    private static final int BLOCK_BYTES = 512;

    private final LiveSpec spec;
    private final SinkPlan sinks;
    private final LiveTimeline timeline;
    private final Consumer<String> log;
    private NamespaceStore disk;
    private RemoteController remote;
    private MemoryFile ownMemory;
    private EventRing ring;
    private Agent agent;
    private Mediator mediator;
    private DeviceServer server;
    private boolean closed;

    private LiveMediation(LiveSpec spec, SinkPlan sinks, Consumer<String> log) {
        this.spec = spec;
        this.sinks = sinks;
        this.log = log;
        this.timeline = new LiveTimeline(failure -> log.accept("the driver failed: " + failure));
    }

    /**
     * Starts to serve on {@code socket}.
     *
     * @param log told, one line each, what goes wrong on the way
     * @throws IOException if a part cannot be had; nothing is left behind
     */
    public static LiveMediation start(LiveSpec spec, Path socket, Consumer<String> log)
            throws IOException {
        return start(spec, socket, SinkPlan.FILE_ONLY, log);
    }

    /** As the other; the recording goes where {@code sinks} says, too. */
    public static LiveMediation start(
            LiveSpec spec, Path socket, SinkPlan sinks, Consumer<String> log) throws IOException {
        LiveMediation live = new LiveMediation(spec, sinks, log);
        try {
            live.open(socket);
            return live;
        } catch (IOException | RuntimeException e) {
            live.release();
            throw e;
        }
    }

    private void open(Path socket) throws IOException {
        ControllerProfile profile = null;
        Controller device;
        PciIdentity identity;
        if (spec.controller().remote()) {
            remote = new RemoteController(spec.controller().socket(), timeline, log);
            device = remote;
            identity = remote.identity();
        } else {
            profile = ControllerProfile.byName(spec.controller().model());
            disk = disk();
            ModelController model =
                    new ModelController(profile, List.of(disk), timeline, spec.seed(), Set.of());
            device = model;
            identity = LiveHeader.identity(profile, model.registerBytes());
        }
        if (spec.driver() == null) {
            server = new DeviceServer(socket, identity, device, timeline, log);
            return;
        }
        LiveHeader header = new LiveHeader(spec, profile, identity);
        Tap tap = record(header, device);
        mediator = new Mediator(config(identity), device, timeline, tap);
        server = new DeviceServer(socket, identity, mediator, timeline, log);
        timeline.enter(mediator::takeOver);
    }

    private NamespaceStore disk() throws IOException {
        if (spec.disk() == null) {
            return new MemoryNamespace(spec.diskBytes(), BLOCK_BYTES);
        }
        return FileNamespace.open(spec.disk(), BLOCK_BYTES);
    }

    private MediatorConfig config(PciIdentity identity) throws IOException {
        MediatorConfig.Builder config =
                spec.driver()
                        .config()
                        .profile(
                                MediatorProfile.forController(
                                        identity.vendorId(), identity.deviceId()))
                        .windowBase(
                                MediatorConfig.WINDOW_BASE_DEFAULT
                                        + spec.window() * MediatorConfig.WINDOW_BYTES)
                        .vectors(identity.vectors())
                        .payload(spec.payload())
                        .seed(spec.seed());
        if (remote != null) {
            ownMemory = new MemoryFile("nvmetap-own-pages", OWN_BYTES);
            config.ownMemory(ownMemory.buffer());
        }
        return config.build();
    }

    private Tap record(LiveHeader header, Controller device) throws IOException {
        if (spec.out() == null) {
            return Tap.OFF;
        }
        SecureRandom random = new SecureRandom();
        ring = new EventRing(EventRing.CAPACITY_BYTES_DEFAULT, System::nanoTime);
        Session session = new Session(random.nextLong(), random.nextLong(), header.started(device));
        EventSink sink = sinks.with(FileSink.open(spec.out(), session.high(), session.low()));
        sinks.ring(ring);
        agent = new Agent(ring, session, index -> liveState(), sink);
        agent.start();
        return new RingTap(ring, 0);
    }

    private LiveState liveState() {
        AtomicReference<LiveState> state = new AtomicReference<>(LiveState.UNKNOWN);
        if (mediator != null) {
            timeline.enter(() -> state.set(mediator.liveState()));
        }
        return state.get();
    }

    /** Where a client connects. */
    public Path socket() {
        return server.path();
    }

    /**
     * Waits until a client was there and left.
     *
     * @return false if none did in that time
     */
    public boolean awaitClientGone(long timeoutMs) throws InterruptedException {
        return server.awaitClientGone(timeoutMs);
    }

    /** Events written so far; final after {@link #close}. */
    public long events() {
        return agent == null ? 0 : agent.sent();
    }

    /** Events lost so far; final after {@link #close}. */
    public long lost() {
        return agent == null ? 0 : agent.lost();
    }

    /**
     * Ends the recording in order and goes on serving: what follows, a virtual machine being
     * switched off for one, is nobody's doing in it.
     *
     * @throws IOException if the recording is not complete
     */
    public synchronized void endRecording() throws IOException {
        if (agent != null) {
            try {
                agent.close();
            } catch (IOException e) {
                throw new IOException("the recording " + spec.out() + ": " + e.getMessage());
            }
        }
    }

    /**
     * Drops the client, ends the recording if that is still to do.
     *
     * @throws IOException if the recording is not complete
     */
    @Override
    public synchronized void close() throws IOException {
        if (!closed) {
            closed = true;
            release();
            endRecording();
        }
    }

    private void release() {
        if (server != null) {
            server.close();
        }
        timeline.close();
        if (remote != null) {
            remote.close();
        }
        if (ownMemory != null) {
            ownMemory.close();
        }
        if (disk != null) {
            try {
                disk.close();
            } catch (IOException e) {
                log.accept("closing " + spec.disk() + ": " + e.getMessage());
            }
        }
    }
}
