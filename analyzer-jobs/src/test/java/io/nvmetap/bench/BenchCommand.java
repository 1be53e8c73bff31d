package io.nvmetap.bench;

import io.nvmetap.cli.BenchPlace;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap bench capture}, {@code pipeline}, {@code replay}, and all of them onto a page. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures capture (tap, encoding), pipeline (sending, analysis) or replay against"
                        + " baselines in the same run; all writes the page of figures.")
public final class BenchCommand implements Callable<Integer> {
    private static final String CAPTURE = "capture";
    private static final String PIPELINE = "pipeline";
    private static final String REPLAY = "replay";
    private static final String ALL = "all";
    private static final int OPERATIONS_MIN = 100;
    private static final int OPERATIONS_MAX = 1_000_000;

    @Parameters(index = "0", paramLabel = "WHAT", description = "capture, pipeline, replay or all")
    private String what;

    @Option(names = "--rounds", paramLabel = "N", description = "1 to 50 (default 3)")
    private int rounds = BenchEffort.WHOLE.rounds();

    @Option(
            names = "--ops",
            paramLabel = "N",
            description = "I/O commands of the recording that is analyzed (default 60000)")
    private int operations = BenchEffort.WHOLE.operations();

    @Option(names = "--write", paramLabel = "FILE", description = "the page of figures; all only")
    private Path page;

    @Option(names = "--remark", paramLabel = "TEXT", description = "said on the page of this run")
    private String remark = "";

    @Option(names = "--format", description = "text or json (default text)")
    private String format = "text";

    private final PrintStream out;
    private final Path home;
    private final BenchEffort effort;

    BenchCommand(PrintStream out, Path home, BenchEffort effort) {
        this.out = out;
        this.home = home;
        this.effort = effort;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        Path home = Path.of(System.getProperty("nvmetap.home", "."));
        BenchCommand command = new BenchCommand(System.out, home, BenchEffort.WHOLE);
        System.exit(CommandRunner.run(command, args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (!List.of(CAPTURE, PIPELINE, REPLAY, ALL).contains(what)) {
            throw CliFailure.usage("bench what? there are: capture, pipeline, replay, all");
        }
        if (rounds < 1 || rounds > Rounds.ROUNDS_MAX) {
            throw CliFailure.usage("--rounds is 1 to " + Rounds.ROUNDS_MAX);
        }
        if (operations < OPERATIONS_MIN || operations > OPERATIONS_MAX) {
            throw CliFailure.usage("--ops is " + OPERATIONS_MIN + " to " + OPERATIONS_MAX);
        }
        if (page != null && !what.equals(ALL)) {
            throw CliFailure.usage("--write belongs to bench all");
        }
        Map<String, List<Figure>> benches = new LinkedHashMap<>();
        for (String bench : what.equals(ALL) ? List.of(CAPTURE, PIPELINE, REPLAY) : List.of(what)) {
            List<Figure> figures = measure(bench);
            benches.put(bench, figures);
            if (!format.equals("json")) {
                figures.forEach(f -> out.println(BenchPage.line(f)));
            }
            out.println(BenchPage.summary(bench, figures, BenchPlace.fields(home)));
        }
        if (page != null) {
            BenchPage.Place place =
                    new BenchPage.Place(
                            BenchPlace.machine(), BenchPlace.commit(home), BenchPlace.date());
            Files.writeString(page, BenchPage.page(benches, rounds, place, remark));
            out.println("bench     " + page);
        }
        return ExitStatus.OK;
    }

    private List<Figure> measure(String bench) throws IOException {
        BenchEffort taken = effort.withRounds(rounds).withOperations(operations);
        return switch (bench) {
            case CAPTURE -> CaptureBench.run(taken);
            case REPLAY -> ReplayBench.run(taken);
            default -> pipeline(taken);
        };
    }

    private static List<Figure> pipeline(BenchEffort taken) throws IOException {
        try (WorkFolder folder = new WorkFolder()) {
            return PipelineBench.run(taken, folder.path());
        }
    }
}
