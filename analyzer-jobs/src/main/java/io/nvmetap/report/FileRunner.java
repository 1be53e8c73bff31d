package io.nvmetap.report;

import io.nvmetap.cli.Progress;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.AnalyzerHub;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** The rules over a trace file, in this process, at once. */
public final class FileRunner implements AnalysisRunner {
    private final Progress progress;

    public FileRunner() {
        this(Progress.NONE);
    }

    /**
     * @param progress shows how far it is
     */
    public FileRunner(Progress progress) {
        this.progress = progress;
    }

    @Override
    public Optional<String> run(
            AnalysisOptions options, Consumer<Finding> findings, Consumer<SessionSummary> summaries)
            throws IOException {
        Path file = options.trace().orElseThrow();
        CapturedEvent e = new CapturedEvent();
        AnalyzerHub hub = new AnalyzerHub(options.rules(), options.settings(), findings, summaries);
        try (progress;
                TraceReader reader = TraceReader.open(file)) {
            progress.begin("analyze", Files.size(file));
            while (reader.next(e)) {
                progress.at(reader.position());
                hub.accept(e);
            }
            hub.end();
            return reader.damage().map(d -> file + ": " + d.describe());
        }
    }
}
