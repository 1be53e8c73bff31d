package io.nvmetap.report;

import io.nvmetap.cli.BenchPlace;
import io.nvmetap.cli.Brokers;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.finding.Finding;
import io.nvmetap.rule.RuleSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Second half of {@code nvmetap bench faults}: judges labelled recordings and says how many faults
 * were found, with the right owner, and what was said that is not so. A miss or a false finding is
 * told with the command that repeats it.
 */
@Command(
        name = "bench faults",
        mixinStandardHelpOptions = true,
        description = "Judges a folder of labelled recordings: recall, precision, right owner.")
public final class FaultBench implements Callable<Integer> {
    /** Entries of the catalog of real bugs that the project sets out to cover. */
    private static final int CATALOG_ENTRIES = 66;

    private static final int SHOWN_MAX = 3;

    @Parameters(index = "0", paramLabel = "DIR", description = "recordings with their labels")
    private Path folder;

    @Option(names = "--format", defaultValue = "text", description = "text or json")
    private String format;

    private final PrintStream out;
    private final Path home;
    private final Map<String, FaultScore> scores = new TreeMap<>();
    private final FaultScore healthy = new FaultScore("healthy runs of every guest", "");
    private long events;

    FaultBench(PrintStream out, Path home) {
        this.out = out;
        this.home = home;
    }

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        Path home = Path.of(System.getProperty("nvmetap.home", "."));
        System.exit(CommandRunner.run(new FaultBench(System.out, home), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        for (Path file : labels()) {
            judge(FaultLabel.read(file));
        }
        if (format.equals("json")) {
            scores.values().forEach(s -> out.println(json(s)));
        } else {
            table();
        }
        summary();
        return ExitStatus.OK;
    }

    private List<Path> labels() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw CliFailure.environment(folder + ": no such folder; write one with bench faults");
        }
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> labels = files.filter(f -> f.toString().endsWith(".json")).sorted().toList();
            if (labels.isEmpty()) {
                throw CliFailure.environment(folder + ": no label file (NAME.json) in it");
            }
            return labels;
        }
    }

    private void judge(FaultLabel label) throws IOException {
        FaultScore score =
                label.owner().isEmpty()
                        ? healthy
                        : scores.computeIfAbsent(
                                label.fault() + " " + label.owner(),
                                k -> new FaultScore(label.fault(), label.owner()));
        List<Finding> findings = new ArrayList<>();
        AnalysisOptions options =
                new AnalysisOptions(
                        Optional.of(label.trace()),
                        Brokers.NONE,
                        List.of(),
                        RuleSettings.DEFAULTS,
                        Optional.empty());
        Optional<String> damage =
                new FileRunner().run(options, findings::add, s -> events += s.events());
        if (damage.isPresent()) {
            throw CliFailure.environment(damage.get());
        }
        if (label.faulted()) {
            score.faulted(label, findings);
        } else {
            score.healthy(label, findings);
        }
    }

    private void table() {
        out.printf(
                "%-42s %-11s %6s %6s %6s %12s %6s%n",
                "fault", "owner", "runs", "found", "owner", "after ms", "false");
        scores.values().forEach(this::row);
        if (healthy.healthyRuns > 0) {
            out.printf(
                    Locale.ROOT,
                    "%-54s %6d %27s %6d%n",
                    healthy.fault,
                    healthy.healthyRuns,
                    "",
                    healthy.falseFindings);
            healthy.falseWords.stream().limit(SHOWN_MAX).forEach(this::detail);
        }
    }

    private void row(FaultScore s) {
        out.printf(
                Locale.ROOT,
                "%-42s %-11s %6d %6d %6d %12s %6d%n",
                s.fault,
                s.owner.toLowerCase(Locale.ROOT),
                s.runs,
                s.found,
                s.rightOwner,
                s.found == 0
                        ? "-"
                        : String.format(Locale.ROOT, "%.1f", s.foundAfterNsMedian() / 1e6),
                s.falseFindings);
        s.missed.stream().limit(SHOWN_MAX).forEach(this::detail);
        s.falseWords.stream().limit(SHOWN_MAX).forEach(this::detail);
    }

    private void detail(String line) {
        out.println("    " + line);
    }

    private static String json(FaultScore s) {
        return String.format(
                Locale.ROOT,
                "{\"fault\":\"%s\",\"owner\":\"%s\",\"seeds\":%d,\"found\":%d,\"rightOwner\":%d,"
                        + "\"foundAfterMsMedian\":%.1f,\"falseFindings\":%d}",
                s.fault,
                s.owner,
                s.runs,
                s.found,
                s.rightOwner,
                s.found == 0 ? -1.0 : s.foundAfterNsMedian() / 1e6,
                s.falseFindings);
    }

    private void summary() throws IOException {
        Collection<FaultScore> all = scores.values();
        long runs = all.stream().mapToLong(s -> s.runs).sum();
        long found = all.stream().mapToLong(s -> s.found).sum();
        long right = all.stream().mapToLong(s -> s.rightOwner).sum();
        long wrong = healthy.falseFindings + all.stream().mapToLong(s -> s.falseFindings).sum();
        long planted = all.stream().map(s -> s.fault).distinct().count();
        out.printf(
                Locale.ROOT,
                "{\"summary\":{\"bench\":\"faults\",\"faults\":%d,\"catalogEntries\":%d,\"runs\":%d,"
                        + "\"recall\":%.4f,\"precision\":%.4f,\"ownerAccuracy\":%.4f,"
                        + "\"falseFindings\":%d,\"events\":%d,%s}}%n",
                planted,
                CATALOG_ENTRIES,
                runs,
                ratio(found, runs),
                ratio(found, found + wrong),
                ratio(right, found),
                wrong,
                events,
                BenchPlace.fields(home));
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}
