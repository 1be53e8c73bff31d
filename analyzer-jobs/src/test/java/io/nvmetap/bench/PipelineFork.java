package io.nvmetap.bench;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.job.BenchedJobs;
import io.nvmetap.rule.AnalyzerHub;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The process that runs one way of the pipeline several times: {@code WAY FILE BROKERS RUNS}. Says
 * {@link #TOOK} and the nanoseconds of each run. Not JMH, which would time the start of a job too.
 */
public final class PipelineFork {
    /** What stands before a time. */
    static final String TOOK = "TOOK ";

    private static final long PATIENCE_S = 300;

    /** Ways through the pipeline. */
    enum Way {
        /** {@code analyze FILE}. */
        IN_PROCESS,
        /** {@code analyze FILE --flink}. */
        FILE_RULES,
        /** A job that decodes and counts. */
        FILE_COUNT,
        /** The same, by key. */
        FILE_COUNT_BY_KEY,
        /** The plain way, all rules. */
        FILE_PLAIN,
        /** {@code analyze --bootstrap-servers}. */
        TOPIC_RULES,
        /** A job that decodes and counts, by key. */
        TOPIC_COUNT,
        /** The plain way, all rules. */
        TOPIC_PLAIN
    }

    private PipelineFork() {}

    /** Entry point of the process. */
    public static void main(String[] args) throws Exception {
        Way way = Way.valueOf(args[0]);
        int runs = Integer.parseInt(args[3]);
        for (int i = 0; i < runs; i++) {
            System.out.println(TOOK + run(way, Path.of(args[1]), args[2]));
        }
        // Flink leaves threads that take a while to end.
        System.exit(0);
    }

    private static long run(Way way, Path trace, String brokers) throws Exception {
        Stopwatch.reset();
        if (way == Way.IN_PROCESS) {
            inProcess(trace);
            return Stopwatch.await(0);
        }
        StreamExecutionEnvironment env = BenchedJobs.environment();
        switch (way) {
            case FILE_RULES -> BenchedJobs.judgeFile(env, trace);
            case FILE_COUNT -> BenchedJobs.count(BenchedJobs.file(env, trace));
            case FILE_COUNT_BY_KEY -> BenchedJobs.countByKey(BenchedJobs.file(env, trace));
            case TOPIC_RULES -> BenchedJobs.judge(BenchedJobs.topic(env, brokers));
            case TOPIC_COUNT -> BenchedJobs.countByKey(BenchedJobs.topic(env, brokers));
            default -> {
                env.getConfig().disableObjectReuse();
                PlainJob.judge(
                        way == Way.TOPIC_PLAIN
                                ? PlainJob.topic(env, brokers)
                                : PlainJob.file(env, trace));
            }
        }
        JobClient job = env.executeAsync(way.name());
        long took = Stopwatch.await(PATIENCE_S);
        if (way.name().startsWith("TOPIC")) {
            job.cancel().get(PATIENCE_S, TimeUnit.SECONDS);
        } else {
            // Ends by itself, and its cluster with it, which then would not answer a question.
            job.getJobExecutionResult().get(PATIENCE_S, TimeUnit.SECONDS);
        }
        return took;
    }

    /** As FileRunner does. */
    private static void inProcess(Path trace) throws IOException {
        CapturedEvent e = new CapturedEvent();
        AnalyzerHub hub = new AnalyzerHub(List.of(), RuleSettings.DEFAULTS, f -> {}, s -> {});
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                Stopwatch.event();
                hub.accept(e);
                if (e.kind == EventKind.CAPTURE_ENDED) {
                    Stopwatch.end();
                }
            }
            hub.end();
        }
    }
}
