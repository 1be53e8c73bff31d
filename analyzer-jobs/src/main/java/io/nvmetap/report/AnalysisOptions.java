package io.nvmetap.report;

import io.nvmetap.cli.Brokers;
import io.nvmetap.rule.RuleSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What to analyze.
 *
 * @param trace trace file, if one is named
 * @param brokers Kafka brokers whose topic to read live, {@link Brokers#NONE} none
 * @param rules rule ids, empty for all
 * @param settings thresholds
 * @param untilEnded live: stop when the capture of this session ends; "" any session, absent never
 */
public record AnalysisOptions(
        Optional<Path> trace,
        Brokers brokers,
        List<String> rules,
        RuleSettings settings,
        Optional<String> untilEnded) {}
