package io.nvmetap.report;

import io.nvmetap.cli.Brokers;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.TraceRules;
import io.nvmetap.rule.RuleSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The rules as a service for {@code nvmetap replay}. */
public final class FileRules implements TraceRules {
    @Override
    public void judge(Path trace, Consumer<Finding> findings) throws IOException {
        AnalysisOptions options =
                new AnalysisOptions(
                        Optional.of(trace),
                        Brokers.NONE,
                        List.of(),
                        RuleSettings.DEFAULTS,
                        Optional.empty());
        new FileRunner().run(options, findings, summary -> {});
    }
}
