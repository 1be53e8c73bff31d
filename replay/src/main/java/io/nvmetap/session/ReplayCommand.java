package io.nvmetap.session;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanFile;
import io.nvmetap.plan.PlanText;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code nvmetap replay}: re-drives a recording into a build of a mediation driver. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description =
                "Re-drives a recording into a driver; says SAME, DIVERGED, VIOLATED or UNKNOWN.",
        footer =
                "Exit status: 0 same, 1 diverged or violated, 2 wrong use, 3 bad input, 4 unknown.")
public final class ReplayCommand implements Callable<Integer> {
    private static final String PLAYBACK = "playback";
    private static final double TIME_SCALE_MAX = 1000;
    private static final int GIT_SKIP = 125;
    private static final int GIT_STOP = 128;

    @Parameters(index = "0", paramLabel = "F", description = "recording, a trace file")
    private Path trace;

    @Option(
            names = "--driver",
            required = true,
            paramLabel = "SPEC",
            description =
                    DriverSpec.SYNTAX
                            + "; exec:COMMAND with {listen} and {connect} for its two sockets,"
                            + " vfio-user:SOCK, or qtest:SOCK (QEMU's own NVMe device)")
    private String driver;

    @Option(
            names = "--driver-output",
            paramLabel = "F",
            description = "keep the output of an exec: driver here")
    private Path driverOutput;

    @Option(
            names = "--serve",
            paramLabel = "SOCK",
            description =
                    "vfio-user: only: serve the controller here and wait for the driver; without"
                            + " it the driver has a controller of its own")
    private Path serve;

    @Mixin private final PeerOptions peer = new PeerOptions();

    @Option(
            names = "--git-bisect",
            description =
                    "exit as git bisect run wants: 0 good, 1 bad, 125 cannot be told (skip), 128"
                            + " wrong use (stop)")
    private boolean gitBisect;

    @Option(
            names = "--controller",
            defaultValue = PLAYBACK,
            paramLabel = "C",
            description = "playback (the recorded one) or the name of a modelled one")
    private String controller;

    @Option(names = "--format", defaultValue = "text", description = "text, json or junit")
    private ReplayReport.Format format;

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

    @Option(
            names = "--no-rules",
            description = "compare only; do not run the rules over the replay's own recording")
    private boolean noRules;

    @Option(
            names = "--perturb",
            paramLabel = "SEED",
            description =
                    "reference builds: move, race and delay within what the protocol allows, all"
                            + " from this seed; FIRST..LAST tries seeds until one shows something")
    private String perturb;

    @Spec private CommandSpec spec;

    private final PrintStream out;
    private final PrintStream err;

    ReplayCommand(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        ReplayCommand command = new ReplayCommand(System.out, System.err);
        System.exit(run(command, args, System.err));
    }

    /** Runs it; the status is git's if that was asked for. */
    static int run(ReplayCommand command, String[] args, PrintStream err) {
        int status = CommandRunner.run(command, args, err);
        if (!Arrays.asList(args).contains("--git-bisect")) {
            return status;
        }
        return switch (status) {
            case ExitStatus.OK, ExitStatus.FOUND -> status;
            case ExitStatus.USAGE -> GIT_STOP;
            default -> GIT_SKIP;
        };
    }

    @Override
    public Integer call() throws IOException {
        Conditions conditions = new Conditions(options(), model(), Optional.ofNullable(record));
        Path driverSays =
                driverOutput == null ? Files.createTempFile("nvmetap", ".log") : driverOutput;
        try {
            return replay(build(driverSays), conditions);
        } finally {
            if (driverOutput == null) {
                Files.deleteIfExists(driverSays);
            }
        }
    }

    private int replay(Build build, Conditions conditions) throws IOException {
        String refusal = build.refuses(conditions);
        if (!refusal.isEmpty()) {
            throw CliFailure.usage(refusal);
        }
        Plan plan = plan();
        if (dryRun) {
            PlanText.write(plan, out::println);
            out.flush();
            return plan.unknown().isPresent() ? ExitStatus.UNKNOWN : ExitStatus.OK;
        }
        JudgedReplay replay = new JudgedReplay(trace, build, !noRules);
        Verdict verdict =
                perturb == null
                        ? replay.run(plan, conditions)
                        : SeedSearch.parse(perturb).run(replay, plan, conditions);
        new ReplayReport(format, output, out)
                .write(verdict, trace.getFileName().toString(), again(verdict));
        return gitBisect && peer.skips(verdict) ? ExitStatus.UNKNOWN : status(verdict);
    }

    private List<String> again(Verdict verdict) {
        if (!verdict.outcome().bad() || verdict.seeds().isEmpty()) {
            return List.of();
        }
        List<String> args = spec.commandLine().getParseResult().originalArgs();
        return List.of("again     " + SeedSearch.again(args, verdict.seeds().get().seed()));
    }

    private static int status(Verdict verdict) {
        return switch (verdict.outcome()) {
            case SAME -> ExitStatus.OK;
            case DIVERGED, VIOLATED -> ExitStatus.FOUND;
            case UNKNOWN -> ExitStatus.UNKNOWN;
        };
    }

    /** The build that {@code --driver} names. */
    private Build build(Path driverSays) {
        if (ExternalReplay.takes(driver)) {
            return new ExternalReplay(
                    driver, peer.setting(driverSays).withServe(Optional.ofNullable(serve)));
        }
        if (QtestReplay.takes(driver)) {
            return new QtestReplay(driver);
        }
        try {
            return new ReferenceBuild(DriverSpec.parse(driver));
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

    private ReplayOptions options() {
        if (!(timeScale >= 0 && timeScale <= TIME_SCALE_MAX)) {
            throw CliFailure.usage("--time-scale " + timeScale + " is not in 0 to 1000");
        }
        ReplayOptions options = ReplayOptions.DEFAULT.withTimeScale(timeScale);
        options = perturb == null ? options : SeedSearch.parse(perturb).perturbed(options);
        return noStall ? options.withoutStalls() : options;
    }

    private Plan plan() throws IOException {
        PlanFile file = PlanFile.read(trace);
        file.damage().ifPresent(d -> err.println("nvmetap: " + d));
        return file.plan();
    }
}
