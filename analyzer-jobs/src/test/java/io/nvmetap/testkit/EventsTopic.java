package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** What is in the topic of events, of one session of one controller. */
public final class EventsTopic {
    private static final long PATIENCE_S = 60;

    private EventsTopic() {}

    /**
     * @param seen events that have a number of their own
     * @param told events lost, by what the topic says of itself
     * @param matching of those seen
     */
    public record Sum(long seen, long told, long matching) {}

    /** Reads all; each number must come once and in order, or be told as lost where it was. */
    public static Sum sum(String brokers, Predicate<CapturedEvent> wanted) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", brokers, "auto.offset.reset", "earliest"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> all =
                    consumer.partitionsFor(Topics.EVENTS).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            consumer.assign(all);
            long left = consumer.endOffsets(all).values().stream().mapToLong(o -> o).sum();
            Tally tally = new Tally(wanted);
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            while (left > 0 && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200))) {
                    tally.add(r.value());
                    left--;
                }
            }
            assertThat(left).as("messages that did not come").isZero();
            return new Sum(tally.seen, tally.told, tally.matching);
        }
    }

    private static final class Tally {
        private final Predicate<CapturedEvent> wanted;
        private final EventSerde serde = EventSerde.singleObject();
        private final CapturedEvent e = new CapturedEvent();
        private long seen;
        private long told;
        private long matching;

        private Tally(Predicate<CapturedEvent> wanted) {
            this.wanted = wanted;
        }

        private void add(byte[] message) {
            serde.decode(message, e);
            assertThat(e.seq).isEqualTo(seen + told);
            boolean notice = e.kind == EventKind.EVENTS_LOST;
            told += notice ? e.value : 0;
            // The spool's notice stands for the first event lost and has its number.
            seen += notice && e.label.equals("spool") ? 0 : 1;
            matching += wanted.test(e) ? 1 : 0;
        }
    }
}
