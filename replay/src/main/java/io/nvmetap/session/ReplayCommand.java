package io.nvmetap.session;

import io.nvmetap.capture.DirectTap;
import io.nvmetap.capture.Tap;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.VerdictJson;
import io.nvmetap.compare.VerdictJunit;
import io.nvmetap.compare.VerdictText;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.MemoryNamespace;
import io.nvmetap.device.model.ModelController;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorProfile;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanFile;
import io.nvmetap.plan.PlanText;
import io.nvmetap.target.Driver;
import io.nvmetap.target.ExecDriver;
import io.nvmetap.target.ReferenceDriver;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap replay}: re-drives a recording into a build of a mediation driver. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Re-drives a recording into a driver; says SAME, DIVERGED or UNKNOWN.")
public final class ReplayCommand implements Callable<Integer> {
    private static final String PLAYBACK = "playback";

    /** Session id of a replay's own recording: the same replay gives the same file. */
    private static final long SESSION = 0x7265_706C_6179L;

    private static final long NAMESPACE_BYTES = 1L << 40;
    private static final int BLOCK_BYTES = 512;
    private static final double TIME_SCALE_MAX = 1000;

    /** Report formats. */
    enum Format {
        TEXT,
        JSON,
        JUNIT
    }

    @Parameters(index = "0", paramLabel = "F", description = "recording, a trace file")
    private Path trace;

    @Option(
            names = "--driver",
            required = true,
            paramLabel = "SPEC",
            description =
                    "reference, reference:fault=ID[,ID], exec:COMMAND with {listen} and {connect}"
                            + " for its two sockets, vfio-user:SOCK, or qtest:SOCK (QEMU's own"
                            + " NVMe device)")
    private String driver;

    @Option(
            names = "--driver-output",
            paramLabel = "F",
            description = "keep the output of an exec: driver here")
    private Path driverOutput;

    @Option(
            names = "--controller",
            defaultValue = PLAYBACK,
            paramLabel = "C",
            description = "playback (the recorded one) or the name of a modelled one")
    private String controller;

    @Option(names = "--format", defaultValue = "text", description = "text, json or junit")
    private Format format;

    @Option(names = "--out", paramLabel = "F", description = "write the report here")
    private Path output;

    @Option(names = "--record", paramLabel = "F", description = "write the replay's own recording")
    private Path record;

    @Option(names = "--dry-run", description = "print the plan and stop")
    private boolean dryRun;

    @Option(names = "--no-stall", description = "answers recorded later than 1 s come after 1 s")
    private boolean noStall;

    @Option(
            names = "--time-scale",
            defaultValue = "1",
            paramLabel = "X",
            description = "factor on recorded times, 0 to 1000; 0: as fast as order allows")
    private double timeScale;

    private final PrintStream out;
    private final PrintStream err;

    ReplayCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        ReplayCommand command = new ReplayCommand(System.out, System.err);
        System.exit(CommandRunner.run(command, args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        Optional<ControllerProfile> model = model();
        if (!(timeScale >= 0 && timeScale <= TIME_SCALE_MAX)) {
            throw CliFailure.usage("--time-scale " + timeScale + " is not in 0 to 1000");
        }
        boolean external = ExternalReplay.takes(driver) || QtestReplay.takes(driver);
        DriverSpec spec = external ? DriverSpec.GOOD : spec();
        if (external && record != null) {
            throw CliFailure.usage("--record is for reference builds; proxy records any other");
        }
        Plan plan = plan();
        if (dryRun) {
            PlanText.write(plan, out::println);
            out.flush();
            return plan.unknown().isPresent() ? ExitStatus.UNKNOWN : ExitStatus.OK;
        }
        Driver build = new ReferenceDriver(spec, spec.config().profile(profile(plan)).build());
        Verdict verdict = external ? external(plan, model) : replay(plan, build, model);
        report(verdict);
        return switch (verdict.outcome()) {
            case SAME -> ExitStatus.OK;
            case DIVERGED -> ExitStatus.FOUND;
            case UNKNOWN -> ExitStatus.UNKNOWN;
        };
    }

    /** Quirks of the controller that was recorded, so that the driver drives it as it must. */
    static MediatorProfile profile(Plan plan) {
        return plan.header().controllers().stream()
                .findFirst()
                .map(c -> MediatorProfile.forController(c.vendorId(), c.deviceId()))
                .orElse(MediatorProfile.GENERIC);
    }

    private DriverSpec spec() {
        try {
            return DriverSpec.parse(driver);
        } catch (IllegalArgumentException e) {
            boolean fault = driver.startsWith("reference:");
            throw CliFailure.usage(
                    e.getMessage() + (fault ? "" : ", exec:COMMAND, vfio-user:SOCK or qtest:SOCK"));
        }
    }

    private Optional<ControllerProfile> model() {
        if (controller.equals(PLAYBACK)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ControllerProfile.byName(controller));
        } catch (IllegalArgumentException e) {
            throw CliFailure.usage(e.getMessage() + ", or " + PLAYBACK);
        }
    }

    private Plan plan() throws IOException {
        PlanFile file = PlanFile.read(trace);
        file.damage().ifPresent(d -> err.println("nvmetap: " + d));
        return file.plan();
    }

    private Verdict external(Plan plan, Optional<ControllerProfile> model) throws IOException {
        if (QtestReplay.takes(driver)) {
            return device(plan, model);
        }
        Path output = driverOutput == null ? Files.createTempFile("nvmetap", ".log") : driverOutput;
        try {
            return new ExternalReplay(driver, options(), model, output, ExecDriver.START_NS_MAX)
                    .replay(plan);
        } finally {
            if (driverOutput == null) {
                Files.deleteIfExists(output);
            }
        }
    }

    private Verdict device(Plan plan, Optional<ControllerProfile> model) throws IOException {
        if (model.isPresent()) {
            throw CliFailure.usage("with qtest:SOCK the device is QEMU's; leave --controller out");
        }
        return new QtestReplay(driver, options()).replay(plan);
    }

    private ReplayOptions options() {
        ReplayOptions options = ReplayOptions.DEFAULT.withTimeScale(timeScale);
        return noStall ? options.withoutStalls() : options;
    }

    private Verdict replay(Plan plan, Driver build, Optional<ControllerProfile> model)
            throws IOException {
        if (record == null) {
            return replay(plan, build, model, null);
        }
        try (TraceWriter writer = TraceWriter.open(record)) {
            return replay(plan, build, model, writer);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private Verdict replay(
            Plan plan, Driver build, Optional<ControllerProfile> model, TraceWriter writer) {
        VirtualTimeline timeline = new VirtualTimeline();
        ReplaySession session = new ReplaySession(plan, build, options(), timeline);
        Optional<DirectTap> tap =
                Optional.ofNullable(writer)
                        .map(w -> new DirectTap(timeline, SESSION, 0, e -> append(w, e)));
        tap.ifPresent(t -> t.start(ReplayHeader.of(plan, build.name())));
        Tap to = tap.<Tap>map(t -> t).orElse(Tap.OFF);
        Verdict verdict =
                model.isPresent()
                        ? session.against(
                                new ModelController(
                                        model.get(),
                                        List.of(new MemoryNamespace(NAMESPACE_BYTES, BLOCK_BYTES)),
                                        timeline,
                                        0,
                                        Set.of()),
                                to)
                        : session.playback(0, to);
        tap.ifPresent(t -> t.end("replay ended: " + verdict.outcome()));
        tap.flatMap(DirectTap::failure)
                .ifPresent(
                        e -> {
                            throw e;
                        });
        return verdict;
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private void report(Verdict verdict) throws IOException {
        if (output == null) {
            write(verdict, new OutputStreamWriter(out, StandardCharsets.UTF_8));
            return;
        }
        try (Writer file = Files.newBufferedWriter(output)) {
            write(verdict, file);
        }
    }

    private void write(Verdict verdict, Writer to) throws IOException {
        switch (format) {
            case JSON -> VerdictJson.write(verdict, to);
            case JUNIT -> VerdictJunit.write(verdict, trace.getFileName().toString(), to);
            default -> {
                for (String line : VerdictText.lines(verdict)) {
                    to.write(line);
                    to.write('\n');
                }
                to.flush();
            }
        }
    }
}
