package io.nvmetap.session;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.VerdictText;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap bisect}: the first of a row of builds that a recording diverges on. */
@Command(
        name = "bisect",
        mixinStandardHelpOptions = true,
        description =
                "The first bad build between a good and a bad one, by number. Bad: diverges, breaks a"
                        + " rule, or its process fails. Passed over: what cannot be told. For"
                        + " commits: git bisect run nvmetap replay F --git-bisect --driver"
                        + " 'exec:./my-driver'.")
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

    @Option(names = "--no-rules", description = "as replay")
    private boolean noRules;

    @Mixin private final PeerOptions peer = new PeerOptions();

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
        require(plan, good, Bisection.Answer.GOOD);
        require(plan, bad, Bisection.Answer.BAD);
        Bisection search = new Bisection(good, bad);
        for (OptionalLong next = search.next(); next.isPresent(); next = search.next()) {
            search.answer(next.getAsLong(), judge(plan, next.getAsLong()));
        }
        if (search.certain()) {
            out.printf("bisect    %d is the first bad build%n", search.firstKnownBad());
            return ExitStatus.OK;
        }
        out.printf(
                "bisect    UNKNOWN   the first bad build comes after %d and not after %d; those"
                        + " between say nothing%n",
                search.lastGood(), search.firstKnownBad());
        return ExitStatus.UNKNOWN;
    }

    private void require(Plan plan, long build, Bisection.Answer wanted) throws IOException {
        Bisection.Answer answer = judge(plan, build);
        if (answer == Bisection.Answer.SKIP) {
            throw CliFailure.environment("build " + build + " says nothing; name another");
        }
        if (answer != wanted) {
            boolean bad = answer == Bisection.Answer.BAD;
            throw CliFailure.environment(
                    "build " + build + (bad ? " is bad already" : " is not bad"));
        }
    }

    private Bisection.Answer judge(Plan plan, long build) throws IOException {
        Path output = Files.createTempFile("nvmetap-bisect", ".log");
        try {
            String spec = driver.replace(HOLE, Long.toString(build));
            Conditions conditions =
                    new Conditions(
                            ReplayOptions.DEFAULT.withTimeScale(timeScale),
                            Optional.empty(),
                            Optional.empty());
            Verdict verdict =
                    new JudgedReplay(
                                    trace, new ExternalReplay(spec, peer.setting(output)), !noRules)
                            .run(plan, conditions);
            boolean skip = peer.skips(verdict);
            String what = verdict.outcome() + (skip ? " skipped" : "");
            out.printf("build     %-6d %-16s %s%n", build, what, VerdictText.why(verdict));
            out.flush();
            if (skip) {
                return Bisection.Answer.SKIP;
            }
            return verdict.outcome().bad() ? Bisection.Answer.BAD : Bisection.Answer.GOOD;
        } finally {
            Files.deleteIfExists(output);
        }
    }
}
