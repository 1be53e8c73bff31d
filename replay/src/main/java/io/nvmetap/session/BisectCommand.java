package io.nvmetap.session;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.compare.Verdict;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap bisect}: the first of a row of builds that a recording diverges on. */
@Command(
        name = "bisect",
        mixinStandardHelpOptions = true,
        description =
                "The first bad build between a good and a bad one, by number. For commits: git"
                        + " bisect run nvmetap replay F --driver 'exec:./build-and-run'.")
public final class BisectCommand implements Callable<Integer> {
    /** Builds in a row. */
    static final long BUILDS_MAX = 1_000_000;

    private static final String HOLE = "{}";

    @Parameters(index = "0", paramLabel = "F", description = "recording, a trace file")
    private Path trace;

    @Option(names = "--good", required = true, paramLabel = "A", description = "its number")
    private long good;

    @Option(names = "--bad", required = true, paramLabel = "B", description = "its number")
    private long bad;

    @Option(
            names = "--driver",
            required = true,
            paramLabel = "SPEC",
            description = "exec:COMMAND with {} where the number goes: 'exec:./builds/{}'")
    private String driver;

    @Option(names = "--time-scale", defaultValue = "1", paramLabel = "X", description = "as replay")
    private double timeScale;

    private final PrintStream out;

    BisectCommand(PrintStream out) {
        this.out = out;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new BisectCommand(System.out), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (!driver.startsWith(ExternalReplay.EXEC) || !driver.contains(HOLE)) {
            throw CliFailure.usage("--driver is exec:COMMAND with {} where the number goes");
        }
        if (good == bad || Math.abs(bad - good) > BUILDS_MAX) {
            throw CliFailure.usage("--good and --bad are two numbers, not too far apart");
        }
        Plan plan = PlanFile.read(trace).plan();
        require(plan, good, false);
        require(plan, bad, true);
        long lower = good;
        long upper = bad;
        while (Math.abs(upper - lower) > 1) {
            long middle = lower + (upper - lower) / 2;
            if (broken(plan, middle)) {
                upper = middle;
            } else {
                lower = middle;
            }
        }
        out.printf("bisect    %d is the first bad build%n", upper);
        return ExitStatus.OK;
    }

    private void require(Plan plan, long build, boolean wanted) throws IOException {
        if (broken(plan, build) != wanted) {
            throw CliFailure.environment(
                    "build " + build + (wanted ? " does not diverge" : " diverges already"));
        }
    }

    private boolean broken(Plan plan, long build) throws IOException {
        Path output = Files.createTempFile("nvmetap-bisect", ".log");
        try {
            String spec = driver.replace(HOLE, Long.toString(build));
            ReplayOptions options = ReplayOptions.DEFAULT.withTimeScale(timeScale);
            Verdict verdict =
                    new ExternalReplay(spec, ExternalSetting.of(output))
                            .replay(plan, new Conditions(options, Optional.empty(), Optional.empty()))
                            .verdict();
            out.printf(
                    "build     %-6d %-9s %s%n",
                    build,
                    verdict.outcome(),
                    verdict.divergence()
                            .map(d -> "at event " + d.seq() + ": " + d.sentence())
                            .orElse(verdict.reason()));
            out.flush();
            if (verdict.outcome() == Verdict.Outcome.UNKNOWN) {
                throw CliFailure.environment("build " + build + ": " + verdict.reason());
            }
            return verdict.outcome() == Verdict.Outcome.DIVERGED;
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
