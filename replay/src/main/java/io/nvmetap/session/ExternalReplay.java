package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.device.vfiouser.DmaMap;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.ExecDriver;
import io.nvmetap.target.ExternalDriver;
import io.nvmetap.target.MemoryRange;
import io.nvmetap.target.PeerLimits;
import io.nvmetap.target.SocketDriver;
import io.nvmetap.target.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** Replays into a build in another process: {@code exec:COMMAND} or {@code vfio-user:SOCK}. */
final class ExternalReplay implements Build {
    static final String EXEC = "exec:";
    static final String SOCKET = "vfio-user:";

    private static final int VECTORS = 128;
    private static final int VENDOR_DEFAULT = 0x1B36;
    private static final int DEVICE_DEFAULT = 0x0010;
    private static final int APPLE_ANS2 = 0x2005;
    private static final int APPLE = 0x106B;
    private static final long NAMESPACE_BYTES = 1L << 40;

    private final String spec;
    private final ExternalSetting setting;

    ExternalReplay(String spec, ExternalSetting setting) {
        this.spec = spec;
        this.setting = setting;
    }

    static boolean takes(String driver) {
        return driver.startsWith(EXEC) || driver.startsWith(SOCKET);
    }

    @Override
    public String refuses(Conditions under) {
        boolean process = spec.startsWith(EXEC);
        if (under.options().perturbed()) {
            return "--perturb is for reference builds: no seed repeats what another process does";
        }
        if (process && spec.substring(EXEC.length()).isBlank()) {
            return "exec: needs a command";
        }
        if (process && setting.serve().isPresent()) {
            return "--serve is for vfio-user:SOCK; an exec: command is given {connect}";
        }
        boolean own = !process && setting.serve().isEmpty();
        return own && under.model().isPresent()
                ? "a driver behind vfio-user:SOCK has its own controller; --serve SOCK gives it one"
                : "";
    }

    @Override
    public Replayed replay(Plan plan, Conditions under) throws IOException {
        try (Recorder recorder = Recorder.to(under.record())) {
            return replay(plan, under, recorder);
        } catch (UnavailableException e) {
            throw CliFailure.environment(e.getMessage());
        }
    }

    private Replayed replay(Plan plan, Conditions under, Recorder recorder) throws IOException {
        AtomicReference<Throwable> broken = new AtomicReference<>();
        AtomicReference<Replayed> replayed = new AtomicReference<>();
        try (LiveTimeline live = new LiveTimeline(broken::set);
                DmaMap shared = setting.mapped() ? file() : null;
                ExternalDriver driver = driver(plan)) {
            ReplaySession session =
                    new ReplaySession(
                            plan, driver, under.options(), live, Optional.ofNullable(shared));
            live.enter(
                    () -> {
                        Tap tap = recorder.start(live, header(plan, under, driver.name()));
                        session.follow(recorder::step);
                        Verdict verdict = run(session, under, live, tap);
                        replayed.set(recorder.end(verdict));
                    });
        }
        if (broken.get() != null) {
            throw new IOException("the replay failed: " + broken.get(), broken.get());
        }
        return replayed.get();
    }

    private static DmaMap file() throws IOException {
        return DmaMap.ofFile("nvmetap-guest", MemoryRange.BASE, MemoryRange.BYTES);
    }

    private boolean ownController() {
        return spec.startsWith(SOCKET) && setting.serve().isEmpty();
    }

    private CaptureStarted header(Plan plan, Conditions under, String driver) {
        return ReplayHeader.witnessed(plan, driver, !ownController() && under.model().isEmpty());
    }

    private Verdict run(ReplaySession session, Conditions under, LiveTimeline live, Tap tap) {
        if (under.model().isEmpty() && !ownController()) {
            return session.playback(0, tap);
        }
        ControllerProfile profile = under.model().orElse(ControllerProfile.byName("generic"));
        List<MemoryNamespace> disk = List.of(new MemoryNamespace(NAMESPACE_BYTES, 512));
        return session.against(
                new ModelController(profile, List.copyOf(disk), live, 0, Set.of()), tap);
    }

    private ExternalDriver driver(Plan plan) throws IOException {
        PeerLimits limits = setting.limits();
        if (spec.startsWith(EXEC)) {
            String command = spec.substring(EXEC.length());
            return new ExecDriver(command, identity(plan), setting.output(), limits);
        }
        Path socket = Path.of(spec.substring(SOCKET.length()));
        if (setting.serve().isPresent()) {
            return new SocketDriver(socket, setting.serve().get(), identity(plan), limits);
        }
        if (!Files.exists(socket)) {
            throw CliFailure.environment(socket + ": nobody serves vfio-user there");
        }
        return new SocketDriver(socket, limits);
    }

    /** The recorded controller as a PCI function. */
    private static PciIdentity identity(Plan plan) {
        ControllerInfo info =
                plan.header().controllers().stream().findFirst().orElse(ControllerInfo.unknown());
        int vendor = info.vendorId() < 0 ? VENDOR_DEFAULT : info.vendorId();
        int device = info.deviceId() < 0 ? DEVICE_DEFAULT : info.deviceId();
        boolean ans2 = vendor == APPLE && device == APPLE_ANS2;
        return new PciIdentity(
                vendor,
                device,
                vendor,
                device,
                1,
                ans2 ? PciIdentity.CLASS_APPLE_ANS2 : PciIdentity.CLASS_NVME,
                VECTORS,
                PciIdentity.BAR0_BYTES_MIN);
    }
}
