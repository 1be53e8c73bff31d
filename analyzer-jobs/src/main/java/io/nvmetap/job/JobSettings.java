package io.nvmetap.job;

import io.nvmetap.cli.Brokers;
import io.nvmetap.rule.RuleSettings;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What a live job reads, judges by and promises.
 *
 * @param brokers Kafka bootstrap servers, HOST:PORT list
 * @param client further properties of the Kafka clients (security)
 * @param rules rule ids, empty for all
 * @param thresholds theirs
 * @param exactlyOnce findings in transactions, visible one checkpoint late; else at least once,
 *     equal findings with equal ids
 * @param shares among how many analyzers the rules over one controller are divided; 1 to {@link
 *     io.nvmetap.rule.RuleShares#SHARES_MAX}
 * @param name of the job; two jobs on one broker need two
 */
public record JobSettings(
        String brokers,
        Map<String, String> client,
        List<String> rules,
        RuleSettings thresholds,
        boolean exactlyOnce,
        int shares,
        String name)
        implements Serializable {
    /** Name of a job that was given none. */
    public static final String NAME = "nvmetap-analyze";

    public JobSettings {
        client = Map.copyOf(client);
        rules = List.copyOf(rules);
    }

    /** Findings at least once. */
    public static JobSettings of(Brokers brokers, List<String> rules, RuleSettings thresholds) {
        return new JobSettings(
                brokers.servers(), brokers.client(), rules, thresholds, false, 1, NAME);
    }
}
