package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.device.vfiouser.PciIdentity;
import io.nvmetap.event.ControllerInfo;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.ExecDriver;
import io.nvmetap.target.ExternalDriver;
import io.nvmetap.target.SocketDriver;
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
    private final ReplayOptions options;
    private final Optional<ControllerProfile> model;
    private final Path output;
    private final long startNsMax;

    /**
     * @param output where the output of a process goes
     * @param startNsMax how long a process may take until it serves its guest
     */
    ExternalReplay(
            String spec,
            ReplayOptions options,
            Optional<ControllerProfile> model,
            Path output,
            long startNsMax) {
        this.spec = spec;
        this.options = options;
        this.model = model;
        this.output = output;
        this.startNsMax = startNsMax;
    }

    static boolean takes(String driver) {
        return driver.startsWith(EXEC) || driver.startsWith(SOCKET);
    }

    @Override
    public String refuses(Conditions under) {
        return under.record().isPresent()
                ? "--record is for reference builds; proxy records any other"
                : "";
    }

    @Override
    public Replayed replay(Plan plan, Conditions under) throws IOException {
        return new Replayed(replay(plan), new Trail());
    }

    Verdict replay(Plan plan) throws IOException {
        AtomicReference<Throwable> broken = new AtomicReference<>();
        AtomicReference<Verdict> verdict = new AtomicReference<>();
        try (LiveTimeline live = new LiveTimeline(broken::set);
                ExternalDriver driver = driver(plan)) {
            ReplaySession session = new ReplaySession(plan, driver, options, live);
            live.enter(() -> verdict.set(run(session, live)));
        }
        if (broken.get() != null) {
            throw new IOException("the replay failed: " + broken.get(), broken.get());
        }
        return verdict.get();
    }

    private Verdict run(ReplaySession session, LiveTimeline live) {
        boolean own = spec.startsWith(SOCKET);
        if (model.isEmpty() && !own) {
            return session.playback(0, Tap.OFF);
        }
        ControllerProfile profile = model.orElse(ControllerProfile.byName("generic"));
        List<MemoryNamespace> disk = List.of(new MemoryNamespace(NAMESPACE_BYTES, 512));
        return session.against(
                new ModelController(profile, List.copyOf(disk), live, 0, Set.of()), Tap.OFF);
    }

    private ExternalDriver driver(Plan plan) throws IOException {
        if (spec.startsWith(EXEC)) {
            String command = spec.substring(EXEC.length());
            if (command.isBlank()) {
                throw CliFailure.usage("exec: needs a command");
            }
            return new ExecDriver(command, identity(plan), output, startNsMax);
        }
        Path socket = Path.of(spec.substring(SOCKET.length()));
        if (model.isPresent()) {
            throw CliFailure.usage(
                    "a driver behind vfio-user:SOCK has its own controller; leave --controller out");
        }
        if (!Files.exists(socket)) {
            throw CliFailure.environment(socket + ": nobody serves vfio-user there");
        }
        return new SocketDriver(socket);
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
