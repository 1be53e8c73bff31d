package io.nvmetap.testkit;

import io.nvmetap.cli.Brokers;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Verdict;
import io.nvmetap.importer.QemuLogImporter;
import io.nvmetap.report.AnalysisOptions;
import io.nvmetap.report.AnalysisRunner;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Recordings of real boots as traces, and what a runner says of them. */
public final class Recordings {
    private static final Path FOLDER = Path.of("../capture-agent/src/test/recordings");

    private Recordings() {}

    /** What a runner said; a finding that comes twice is kept once, as its id demands. */
    public static final class Said {
        public final Map<String, Finding> findings = new LinkedHashMap<>();
        public final List<SessionSummary> summaries = new ArrayList<>();
        public int delivered;

        /** Rules violated, with the number of findings. */
        public Map<String, Integer> violated() {
            Map<String, Integer> out = new java.util.TreeMap<>();
            for (Finding f : findings.values()) {
                if (f.verdict() == Verdict.VIOLATED) {
                    out.merge(f.rule() + " " + f.owner(), 1, Integer::sum);
                }
            }
            return out;
        }
    }

    /** Runs over a file, or over a topic if {@code brokers} is not empty. */
    public static Said run(AnalysisRunner runner, Path trace, String brokers, String session)
            throws IOException {
        Said said = new Said();
        AnalysisOptions options =
                new AnalysisOptions(
                        brokers.isEmpty() ? Optional.of(trace) : Optional.empty(),
                        Brokers.plain(brokers),
                        List.of(),
                        RuleSettings.DEFAULTS,
                        Optional.of(session));
        runner.run(
                options,
                f -> {
                    said.delivered++;
                    said.findings.put(f.id(), f);
                },
                said.summaries::add);
        return said;
    }

    /** The recording's log. */
    public static Path log(String name) {
        return FOLDER.resolve(name + ".log.gz");
    }

    /** The folder of all logs. */
    public static Path folder() {
        return FOLDER;
    }

    /** Imports a recording; returns the session id. */
    public static String importTo(Path log, Path trace) throws IOException {
        String[] session = {""};
        try (TraceWriter writer = TraceWriter.open(trace)) {
            QemuLogImporter.run(
                    log,
                    "",
                    e -> {
                        session[0] = e.sessionHex();
                        append(writer, e);
                    });
        }
        return session[0];
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }
}
