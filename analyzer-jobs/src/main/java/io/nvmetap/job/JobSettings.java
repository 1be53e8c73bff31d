package io.nvmetap.job;

import io.nvmetap.cli.Brokers;
import io.nvmetap.rule.RuleSettings;
import java.io.Serializable;
import java.util.List;

/**
 * What a live job reads, judges by and promises.
 *
 * @param brokers Kafka brokers
 * @param rules rule ids, empty for all
 * @param thresholds theirs
 * @param exactlyOnce findings in transactions, visible one checkpoint late; else at least once,
 *     equal findings with equal ids
 * @param shares among how many analyzers the rules over one controller are divided; 1 to {@link
 *     io.nvmetap.rule.RuleShares#SHARES_MAX}
 * @param name of the job; two jobs on one broker need two
 */
public record JobSettings(
        Brokers brokers,
        List<String> rules,
        RuleSettings thresholds,
        boolean exactlyOnce,
        int shares,
        String name)
        implements Serializable {
    /** Name of a job that was given none. */
    public static final String NAME = "nvmetap-analyze";

    public JobSettings {
        rules = List.copyOf(rules);
    }

    /** Findings at least once. */
    public static JobSettings of(Brokers brokers, List<String> rules, RuleSettings thresholds) {
        return new JobSettings(brokers, rules, thresholds, false, 1, NAME);
    }
}
