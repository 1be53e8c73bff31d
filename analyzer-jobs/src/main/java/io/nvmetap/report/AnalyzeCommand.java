package io.nvmetap.report;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.ClientProperties;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.cli.Progress;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.metrics.MetricsOption;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap analyze}: the rules over a trace file. */
@Command(
        name = "analyze",
        mixinStandardHelpOptions = true,
        description = "Finds what is wrong in a trace file, or live in a topic.",
        footer = "Exit status: 0 holds, 1 found, 2 wrong use, 3 bad input, 4 nothing decided.")
public final class AnalyzeCommand implements Callable<Integer> {
    /** Report formats. */
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

    @Mixin private ClientProperties client = new ClientProperties();

    @Option(names = "--flink", description = "run the Flink job over the file")
    private boolean flink;

    @Option(
            names = "--format",
            defaultValue = "text",
            description = "text, json, html, sarif or junit")
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

    @Mixin private MetricsOption metrics = new MetricsOption();

    @Option(
            names = "--color",
            defaultValue = "auto",
            description = "auto (on a terminal, unless NO_COLOR is set), always or never")
    private Style.Colour colour;

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
        AnalyzeCommand command =
                new AnalyzeCommand(
                        new FileRunner(Progress.onTerminal()), none, System.out, System.err);
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
        if (trace != null && metrics.port().isPresent()) {
            throw CliFailure.usage(
                    MetricsOption.NAME + " is for --bootstrap-servers: a file is read at once");
        }
        boolean document = format != Format.TEXT && format != Format.JSON;
        if (document && trace == null && untilEnded == null) {
            throw CliFailure.usage(
                    "--format "
                            + format.name().toLowerCase(Locale.ROOT)
                            + " is written at the end; a live topic has one with --until-ended");
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
        Report report = report(target);
        AnalysisOptions options =
                new AnalysisOptions(
                        Optional.ofNullable(trace),
                        client.brokers(bootstrapServers),
                        rules,
                        settings(),
                        Optional.ofNullable(untilEnded),
                        metrics.port());
        AnalysisRunner runner = trace != null && !flink ? files : job;
        Optional<String> damage = runner.run(options, f -> finding(f, report), report::summary);
        report.end();
        if (output != null && target.checkError()) {
            throw CliFailure.environment(
                    output + ": cannot be written to the end; is the disk full?");
        }
        if (damage.isPresent()) {
            err.println("nvmetap: " + damage.get());
            return ExitStatus.FAILURE;
        }
        if (fail) {
            return ExitStatus.FOUND;
        }
        return violations == 0 && decided == 0 ? ExitStatus.UNKNOWN : ExitStatus.OK;
    }

    private Report report(PrintStream target) {
        String name = trace == null ? bootstrapServers : trace.getFileName().toString();
        return switch (format) {
            case TEXT -> new TextReport(target, output == null ? style() : Style.PLAIN);
            case JSON -> new JsonReport(target);
            case HTML -> new HtmlReport(target, name, Optional.ofNullable(trace));
            case SARIF -> new SarifReport(target, SarifReport.reference(name));
            case JUNIT -> new JunitReport(target, name, this::fails);
        };
    }

    private Style style() {
        return Style.of(colour, System.getenv());
    }

    private boolean fails(Severity severity) {
        return switch (failOn) {
            case NEVER -> false;
            case WARNING -> severity != Severity.INFO;
            case ERROR -> severity == Severity.ERROR;
        };
    }

    private void finding(Finding f, Report report) {
        if (!seen.add(f.id())) {
            return;
        }
        if (f.verdict() == Verdict.VIOLATED) {
            violations++;
            fail |= fails(f.severity());
        } else if (f.verdict() == Verdict.HOLDS) {
            decided++;
        }
        report.finding(f);
    }
}
