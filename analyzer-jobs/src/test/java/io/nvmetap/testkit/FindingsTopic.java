package io.nvmetap.testkit;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.trace.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What arrives in the topic of findings of some sessions; committed transactions only. */
public final class FindingsTopic implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Every delivery, doubles too. */
    public final List<Finding> delivered = new ArrayList<>();

    public final List<SessionSummary> summaries = new ArrayList<>();

    private final String sessions;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /**
     * @param sessions how their ids begin
     */
    public FindingsTopic(String brokers, String sessions) {
        this.sessions = sessions;
        consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partition = List.of(new TopicPartition(Topics.FINDINGS, 0));
        consumer.assign(partition);
        consumer.seekToEnd(partition);
        consumer.position(partition.get(0));
    }

    /** Takes what comes until it is enough. */
    public void awaitUntil(BooleanSupplier enough) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!enough.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(
                        "not within "
                                + PATIENCE.toSeconds()
                                + " s: "
                                + delivered.size()
                                + " findings, "
                                + summaries.size()
                                + " summaries");
            }
            for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(100))) {
                Record said = FindingCodec.decode(r.value());
                if (said instanceof Finding f && f.session().startsWith(sessions)) {
                    delivered.add(f);
                } else if (said instanceof SessionSummary s && s.session().startsWith(sessions)) {
                    summaries.add(s);
                }
            }
        }
    }

    /** Takes what comes until so many sessions have their summary. */
    public void awaitSummaries(int count) {
        awaitUntil(
                () -> summaries.stream().map(SessionSummary::session).distinct().count() >= count);
    }

    /** Findings that differ: one of each, if equal ids have equal contents. */
    public Set<Finding> distinct() {
        return new HashSet<>(delivered);
    }

    @Override
    public void close() {
        consumer.close();
    }
}
