package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Runs the rules over something; in process, or as a Flink job. Both give the same findings. */
public interface AnalysisRunner {
    /**
     * @return what was wrong with the input, one line, if something was; findings before it stand
     * @throws IOException if it cannot be read
     */
    Optional<String> run(
            AnalysisOptions options, Consumer<Finding> findings, Consumer<SessionSummary> summaries)
            throws IOException;
}
