package io.nvmetap.report;

import io.nvmetap.rule.RuleSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to analyze.
 *
 * @param trace trace file, if one is named
 * @param bootstrapServers Kafka broker, "" none
 * @param rules rule ids, empty for all
 * @param settings thresholds
 * @param untilEnded live: stop when the capture of this session ends; "" any session, absent never
 * @param metricsPort live: where a Prometheus may ask for figures, absent nowhere
 */
public record AnalysisOptions(
        Optional<Path> trace,
        String bootstrapServers,
        List<String> rules,
        RuleSettings settings,
        Optional<String> untilEnded,
        OptionalInt metricsPort) {
    /** Without figures. */
    public AnalysisOptions(
            Optional<Path> trace,
            String bootstrapServers,
            List<String> rules,
            RuleSettings settings,
            Optional<String> untilEnded) {
        this(trace, bootstrapServers, rules, settings, untilEnded, OptionalInt.empty());
    }
}
