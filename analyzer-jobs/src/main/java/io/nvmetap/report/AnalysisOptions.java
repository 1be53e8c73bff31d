package io.nvmetap.report;

import io.nvmetap.cli.Brokers;
import io.nvmetap.rule.RuleSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What to analyze.
 *
 * @param trace trace file, if one is named
 * @param brokers Kafka brokers whose topic to read live, {@link Brokers#NONE} none
 * @param rules rule ids, empty for all
 * @param settings thresholds
 * @param untilEnded live: stop when the capture of this session ends; "" any session, absent never
 * @param metricsPort live: where a Prometheus may ask for figures, absent nowhere
 */
public record AnalysisOptions(
        Optional<Path> trace,
        Brokers brokers,
        List<String> rules,
        RuleSettings settings,
        Optional<String> untilEnded,
        OptionalInt metricsPort) {
    /** Without figures. */
    public AnalysisOptions(
            Optional<Path> trace,
            Brokers brokers,
            List<String> rules,
            RuleSettings settings,
            Optional<String> untilEnded) {
        this(trace, brokers, rules, settings, untilEnded, OptionalInt.empty());
    }
}
