package io.nvmetap.job;

import io.nvmetap.cli.Brokers;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.ClientProperties;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.rule.RuleShares;
import java.io.IOException;
import java.util.List;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * Entry point of the job jar in a Flink cluster: the live job of {@code nvmetap analyze}, submitted
 * by REST, by {@code flink run} or by a FlinkDeployment. Never ends the process, which is the
 * cluster's; what is wrong with the arguments is an exception of one line.
 */
@Command(name = "nvmetap-job", description = "The rules over a topic of events, for ever.")
public final class ClusterJobMain {
    /** Shortest and longest time between checkpoints. */
    static final int CHECKPOINT_MS_MIN = 100;

    static final int CHECKPOINT_MS_MAX = 600_000;

    /** Where the state of the analyzers is kept between events. */
    enum StateBackend {
        /** Memory. */
        HEAP("hashmap"),
        /** RocksDB on the TaskManager's disk. */
        ROCKSDB("rocksdb");

        private final String flinkName;

        StateBackend(String flinkName) {
            this.flinkName = flinkName;
        }
    }

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "B",
            required = true,
            description = "Kafka brokers, HOST:PORT list")
    private String bootstrapServers;

    @Option(names = "--rules", split = ",", paramLabel = "ID", description = "only these rules")
    private List<String> rules = List.of();

    @Option(names = "--set", paramLabel = "NAME=TIME", description = "another threshold")
    private List<String> thresholds = List.of();

    @Option(
            names = "--exactly-once",
            description = "findings in Kafka transactions: each once, one checkpoint late")
    private boolean exactlyOnce;

    @Option(
            names = "--checkpoint-ms",
            paramLabel = "MS",
            defaultValue = "1000",
            description = "time between checkpoints, 100 to 600000")
    private int checkpointMs;

    @Option(
            names = "--state-backend",
            paramLabel = "S",
            defaultValue = "heap",
            description = "heap or rocksdb (the cluster must have it)")
    private StateBackend stateBackend;

    @Option(
            names = "--rule-shares",
            paramLabel = "N",
            defaultValue = "1",
            description = "cores that one controller may keep busy, 1 to 8")
    private int shares;

    @Option(
            names = "--name",
            paramLabel = "N",
            defaultValue = JobSettings.NAME,
            description = "of the job, its consumer group and its transactions; one a broker")
    private String name;

    @Mixin private ClientProperties client = new ClientProperties();

    private ClusterJobMain() {}

    /**
     * Entry point.
     *
     * @throws IllegalArgumentException one line that says what is wrong with the arguments
     */
    public static void main(String[] args) throws Exception {
        ClusterJobMain job = parse(args);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.configure(job.configuration());
        env.enableCheckpointing(job.checkpointMs);
        AnalysisJob.live(env, job.settings());
        env.execute(job.name);
    }

    /**
     * What the arguments say.
     *
     * @throws IllegalArgumentException one line that says what is wrong with them
     */
    static ClusterJobMain parse(String[] args) throws IOException {
        ClusterJobMain job = new ClusterJobMain();
        try {
            new CommandLine(job).setCaseInsensitiveEnumValuesAllowed(true).parseArgs(args);
            job.settings();
            RuleSet.only(job.rules);
        } catch (ParameterException | CliFailure bad) {
            throw new IllegalArgumentException(bad.getMessage(), bad);
        }
        if (job.checkpointMs < CHECKPOINT_MS_MIN || job.checkpointMs > CHECKPOINT_MS_MAX) {
            throw new IllegalArgumentException(
                    "--checkpoint-ms is " + CHECKPOINT_MS_MIN + " to " + CHECKPOINT_MS_MAX);
        }
        if (job.shares < 1 || job.shares > RuleShares.SHARES_MAX) {
            throw new IllegalArgumentException("--rule-shares is 1 to " + RuleShares.SHARES_MAX);
        }
        if (job.name.isBlank()) {
            throw new IllegalArgumentException("--name is empty; leave it out or name the job");
        }
        return job;
    }

    Configuration configuration() {
        return new Configuration().set(StateBackendOptions.STATE_BACKEND, stateBackend.flinkName);
    }

    JobSettings settings() throws IOException {
        RuleSettings settings = RuleSettings.DEFAULTS;
        for (String threshold : thresholds) {
            settings = settings.with(threshold);
        }
        Brokers brokers = new Brokers(bootstrapServers, client.load());
        return new JobSettings(brokers, rules, settings, exactlyOnce, shares, name);
    }
}
