package io.nvmetap.job;

import io.nvmetap.cli.Brokers;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.LoopbackHttp;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.metrics.MetricsOption;
import io.nvmetap.report.AnalysisOptions;
import io.nvmetap.report.AnalysisRunner;
import io.nvmetap.trace.Damage;
import io.nvmetap.trace.Topics;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobStatus;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Runs the job in a Flink cluster inside this process: over a trace file, or live over a topic. */
public final class FlinkRunner implements AnalysisRunner {
    private static final Duration POLL = Duration.ofMillis(200);

    private static StreamExecutionEnvironment environment(int parallelism, OptionalInt metrics) {
        Configuration conf = new Configuration();
        metrics.ifPresent(port -> FiguresReporter.configure(conf, port));
        conf.setString("rest.port", "0");
        conf.setString("rest.bind-address", "127.0.0.1");
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.createLocalEnvironment(parallelism, conf);
        env.getConfig().enableObjectReuse();
        return env;
    }

    @Override
    public Optional<String> run(
            AnalysisOptions options, Consumer<Finding> findings, Consumer<SessionSummary> summaries)
            throws IOException {
        if (options.trace().isPresent()) {
            return file(options, findings, summaries);
        }
        live(options, findings, summaries);
        return Optional.empty();
    }

    /** Flink would go on without a reporter that finds its port taken: look first. */
    private static OptionalInt metricsPort(AnalysisOptions options) throws IOException {
        if (options.metricsPort().isEmpty()) {
            return OptionalInt.empty();
        }
        int port = LoopbackHttp.free(options.metricsPort().getAsInt(), MetricsOption.NAME);
        System.err.println("analyze   metrics on http://127.0.0.1:" + port + "/metrics");
        return OptionalInt.of(port);
    }

    private static void deliver(
            byte[] message, Consumer<Finding> findings, Consumer<SessionSummary> summaries) {
        Record r = FindingCodec.decode(message);
        if (r instanceof Finding f) {
            findings.accept(f);
        } else {
            summaries.accept((SessionSummary) r);
        }
    }

    private Optional<String> file(
            AnalysisOptions options, Consumer<Finding> findings, Consumer<SessionSummary> summaries)
            throws IOException {
        Path trace = options.trace().orElseThrow();
        Optional<Damage> damage = damage(trace);
        StreamExecutionEnvironment env = environment(1, OptionalInt.empty());
        try (CloseableIterator<byte[]> results =
                AnalysisJob.judgeFile(
                                AnalysisJob.file(env, trace), options.rules(), options.settings())
                        .executeAndCollect("nvmetap analyze " + trace.getFileName())) {
            results.forEachRemaining(m -> deliver(m, findings, summaries));
        } catch (Exception e) {
            throw new IOException("the Flink job failed: " + rootMessage(e), e);
        }
        return damage.map(d -> trace + ": " + d.describe());
    }

    /** A source that ends early would look like a whole file: look first. */
    private static Optional<Damage> damage(Path trace) throws IOException {
        io.nvmetap.event.CapturedEvent e = new io.nvmetap.event.CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                // Only whether it can be read.
            }
            return reader.damage();
        }
    }

    private void live(
            AnalysisOptions options, Consumer<Finding> findings, Consumer<SessionSummary> summaries)
            throws IOException {
        Brokers brokers = options.brokers();
        requireTopics(brokers);
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(brokers)) {
            StreamExecutionEnvironment env = environment(2, metricsPort(options));
            env.enableCheckpointing(1_000);
            AnalysisJob.live(env, JobSettings.of(brokers, options.rules(), options.settings()));
            JobClient job = env.executeAsync(JobSettings.NAME);
            boolean interrupted = false;
            try {
                follow(consumer, job, options.untilEnded(), findings, summaries);
            } catch (org.apache.kafka.common.errors.InterruptException stop) {
                interrupted = true;
            } finally {
                // An interrupt is how a live run ends; it must not keep the job from being
                // cancelled.
                interrupted |= Thread.interrupted();
                cancel(job);
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the Flink job failed: " + rootMessage(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the Flink job failed: " + rootMessage(e), e);
        }
    }

    private static void cancel(JobClient job)
            throws ExecutionException, InterruptedException, TimeoutException {
        if (!job.getJobStatus().get().isGloballyTerminalState()) {
            job.cancel().get(30, TimeUnit.SECONDS);
        }
    }

    private static void follow(
            KafkaConsumer<byte[], byte[]> consumer,
            JobClient job,
            Optional<String> untilEnded,
            Consumer<Finding> findings,
            Consumer<SessionSummary> summaries)
            throws ExecutionException, InterruptedException {
        boolean[] ended = {false};
        while (!ended[0] && !Thread.currentThread().isInterrupted()) {
            for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL)) {
                String wanted = untilEnded.orElse("");
                deliver(
                        r.value(),
                        f -> {
                            if (f.session().startsWith(wanted)) {
                                findings.accept(f);
                            }
                        },
                        s -> {
                            if (s.session().startsWith(wanted)) {
                                summaries.accept(s);
                                ended[0] |= untilEnded.isPresent();
                            }
                        });
            }
            if (job.getJobStatus().get() == JobStatus.FAILED) {
                job.getJobExecutionResult().get();
            }
        }
    }

    /** Findings from now on: the job reads the events from the beginning and says all again. */
    private static KafkaConsumer<byte[], byte[]> consumer(Brokers brokers) {
        Map<String, Object> p = brokers.settings();
        p.put("isolation.level", "read_committed");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(p, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> partitions =
                consumer.partitionsFor(Topics.FINDINGS).stream()
                        .map(i -> new TopicPartition(i.topic(), i.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        return consumer;
    }

    private static void requireTopics(Brokers brokers) throws IOException {
        Map<String, Object> p = brokers.settings();
        p.put("request.timeout.ms", 5_000);
        p.put("default.api.timeout.ms", 5_000);
        try (Admin admin = Admin.create(p)) {
            java.util.Set<String> have = admin.listTopics().names().get(5, TimeUnit.SECONDS);
            List<String> missing = Topics.ALL.stream().filter(t -> !have.contains(t)).toList();
            if (!missing.isEmpty()) {
                throw CliFailure.environment(
                        "the broker at "
                                + brokers
                                + " lacks the topics "
                                + missing
                                + "; create them, or use the local broker (nvmetap up)");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AuthenticationException
                            || e.getCause() instanceof AuthorizationException
                    ? CliFailure.environment(
                            "the broker at " + brokers + " refused: " + rootMessage(e))
                    : silent(brokers);
        } catch (TimeoutException e) {
            throw silent(brokers);
        } catch (org.apache.kafka.common.KafkaException e) {
            throw CliFailure.environment(brokers.notTaken());
        }
    }

    private static CliFailure silent(Brokers brokers) {
        return CliFailure.environment(
                "no Kafka broker answers at "
                        + brokers
                        + "; start the local one with nvmetap up, or name another with"
                        + " --bootstrap-servers");
    }

    private static String rootMessage(Throwable e) {
        Throwable t = e;
        while (t.getCause() != null) {
            t = t.getCause();
        }
        return String.valueOf(t.getMessage());
    }
}
