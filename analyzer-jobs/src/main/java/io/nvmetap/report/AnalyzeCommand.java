package io.nvmetap.report;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingJson;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap analyze}: the rules over a trace file. */
@Command(
        name = "analyze",
        mixinStandardHelpOptions = true,
        description = "Finds what is wrong in a trace file, or live in a topic.",
        footer = "Exit status: 0 holds, 1 found, 2 wrong use, 3 bad input, 4 nothing decided.")
public final class AnalyzeCommand implements Callable<Integer> {
    /** Report formats; the others come with later versions. */
    enum Format {
        TEXT,
        JSON,
        HTML,
        SARIF,
        JUNIT
    }

    /** Severity from which the exit status is 1. */
    enum FailOn {
        ERROR,
        WARNING,
        NEVER
    }

    @Parameters(index = "0", arity = "0..1", paramLabel = "F", description = "trace file")
    private Path trace;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "B",
            defaultValue = "",
            description = "analyze the topic of this broker, live, as a Flink job")
    private String bootstrapServers;

    @Option(names = "--flink", description = "run the Flink job over the file")
    private boolean flink;

    @Option(names = "--format", defaultValue = "text", description = "text or json")
    private Format format;

    @Option(names = "--out", paramLabel = "F", description = "write the report here")
    private Path output;

    @Option(names = "--rules", split = ",", paramLabel = "ID", description = "only these rules")
    private List<String> rules = List.of();

    @Option(
            names = "--set",
            paramLabel = "NAME=TIME",
            description =
                    "another threshold, in ns, us, ms or s: command-stall.io=300ms; may be given"
                            + " several times")
    private List<String> thresholds = List.of();

    @Option(names = "--fail-on", defaultValue = "error", description = "error, warning or never")
    private FailOn failOn;

    @Option(
            names = "--until-ended",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "SESSION",
            description = "live: stop when this session (or any) has ended")
    private String untilEnded;

    private final AnalysisRunner files;
    private final AnalysisRunner job;
    private final PrintStream out;
    private final PrintStream err;
    private final Set<String> seen = new HashSet<>();
    private int violations;
    private int decided;
    private boolean fail;

    /**
     * @param files runs over a file in process
     * @param job runs as a Flink job
     */
    public AnalyzeCommand(
            AnalysisRunner files, AnalysisRunner job, PrintStream out, PrintStream err) {
        this.files = files;
        this.job = job;
        this.out = out;
        this.err = err;
    }

    /** Entry point of the launcher for files; the Flink entry point is in package job. */
    public static void main(String[] args) {
        AnalysisRunner none =
                (o, f, s) -> {
                    throw CliFailure.usage("this entry point reads files; use ./nvmetap analyze");
                };
        AnalyzeCommand command = new AnalyzeCommand(new FileRunner(), none, System.out, System.err);
        System.exit(CommandRunner.run(command, args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        check();
        PrintStream target =
                output == null
                        ? out
                        : new PrintStream(Files.newOutputStream(output), false, "UTF-8");
        try {
            return run(target);
        } finally {
            target.flush();
            if (output != null) {
                target.close();
            }
        }
    }

    private void check() {
        if (trace == null == bootstrapServers.isEmpty()) {
            throw CliFailure.usage(
                    "name one thing to analyze: a trace file or --bootstrap-servers");
        }
        if (format != Format.TEXT && format != Format.JSON) {
            throw CliFailure.usage("this version writes --format text or json");
        }
        try {
            RuleSet.only(rules);
            settings();
        } catch (IllegalArgumentException unknown) {
            throw CliFailure.usage(unknown.getMessage());
        }
        if (trace != null && !Files.exists(trace)) {
            throw CliFailure.environment(trace + ": no such file; check the path");
        }
    }

    private RuleSettings settings() {
        RuleSettings settings = RuleSettings.DEFAULTS;
        for (String threshold : thresholds) {
            settings = settings.with(threshold);
        }
        return settings;
    }

    private int run(PrintStream target) throws IOException {
        TextReport text = new TextReport(target);
        boolean json = format == Format.JSON;
        AnalysisOptions options =
                new AnalysisOptions(
                        Optional.ofNullable(trace),
                        bootstrapServers,
                        rules,
                        settings(),
                        Optional.ofNullable(untilEnded));
        AnalysisRunner runner = trace != null && !flink ? files : job;
        Optional<String> damage =
                runner.run(
                        options,
                        f -> finding(f, json, text, target),
                        s -> summary(s, json, text, target));
        if (damage.isPresent()) {
            err.println("nvmetap: " + damage.get());
            return ExitStatus.FAILURE;
        }
        if (fail) {
            return ExitStatus.FOUND;
        }
        return violations == 0 && decided == 0 ? ExitStatus.UNKNOWN : ExitStatus.OK;
    }

    private void finding(Finding f, boolean json, TextReport text, PrintStream target) {
        if (!seen.add(f.id())) {
            return;
        }
        if (f.verdict() == Verdict.VIOLATED) {
            violations++;
            boolean error = f.severity() == Severity.ERROR && failOn != FailOn.NEVER;
            fail |= error || f.severity() == Severity.WARNING && failOn == FailOn.WARNING;
        } else if (f.verdict() == Verdict.HOLDS) {
            decided++;
        }
        if (json) {
            target.println(FindingJson.line(f));
        } else {
            text.finding(f);
        }
    }

    private static void summary(
            SessionSummary s, boolean json, TextReport text, PrintStream target) {
        if (json) {
            target.println(FindingJson.line(s));
        } else {
            text.summary(s);
        }
        target.flush();
    }
}
