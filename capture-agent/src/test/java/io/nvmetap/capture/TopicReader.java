package io.nvmetap.capture;

import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads the events' topic from its beginning to what is its end now. */
final class TopicReader {
    private static final long PATIENCE_S = 60;

    private TopicReader() {}

    /** Told key and value of each message, in order per controller. */
    interface Visitor {
        void message(byte[] key, byte[] value);
    }

    static void read(String address, Map<String, String> client, Visitor visitor) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("bootstrap.servers", address);
        settings.put("auto.offset.reset", "earliest");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> all =
                    consumer.partitionsFor(Topics.EVENTS).stream()
                            .map(p -> new TopicPartition(p.topic(), p.partition()))
                            .toList();
            consumer.assign(all);
            long there =
                    consumer.endOffsets(all).values().stream().mapToLong(Long::longValue).sum();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_S);
            long got = 0;
            while (got < there && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200))) {
                    visitor.message(r.key(), r.value());
                    got++;
                }
            }
            if (got < there) {
                throw new AssertionError("only " + got + " of " + there + " messages came");
            }
        }
    }

    /** Adds what is there up. */
    static void see(String address, SpoolTally tally) {
        int header = EventSerde.SINGLE_OBJECT_HEADER_BYTES;
        read(address, Map.of(), (key, m) -> tally.see(key, m, header, m.length - header));
    }
}
