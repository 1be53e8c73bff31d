package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What others put into the topic of events: older versions' messages, and what is none. */
public final class ForeignMessages implements AutoCloseable {
    private static final String DEAD = Topics.EVENTS + Topics.DEAD_LETTER_SUFFIX;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final String brokers;
    private final KafkaProducer<byte[], byte[]> producer;

    /**
     * @param brokers where the topic is
     */
    public ForeignMessages(String brokers) {
        this.brokers = brokers;
        producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", brokers),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
    }

    /** A trace's events as Avro itself makes messages of them, with the file's own schema. */
    public static List<byte[]> of(Path trace) throws IOException {
        List<byte[]> out = new ArrayList<>();
        File file = trace.toFile();
        try (DataFileReader<GenericRecord> reader =
                new DataFileReader<>(file, new GenericDatumReader<>())) {
            BinaryMessageEncoder<GenericRecord> encoder =
                    new BinaryMessageEncoder<>(GenericData.get(), reader.getSchema());
            for (GenericRecord event : reader) {
                ByteBuffer bytes = encoder.encode(event);
                byte[] message = new byte[bytes.remaining()];
                bytes.get(message);
                out.add(message);
            }
        }
        return out;
    }

    /** Not framed, cut off, too long, of a newer version, nothing at all. */
    public static List<byte[]> junk(byte[] event) {
        byte[] newer = event.clone();
        newer[2] ^= 1;
        return List.of(
                "no event".getBytes(StandardCharsets.UTF_8),
                Arrays.copyOf(event, event.length / 2),
                Arrays.copyOf(event, event.length + 1),
                newer,
                new byte[0]);
    }

    /** Sends what is no event. */
    public void sendJunk(List<byte[]> junk) {
        junk.forEach(bad -> producer.send(new ProducerRecord<>(Topics.EVENTS, bad)));
    }

    /** Sends events; returns their session's id. */
    public String send(List<byte[]> messages) {
        CapturedEvent e = new CapturedEvent();
        EventSerde serde = EventSerde.singleObject();
        for (byte[] message : messages) {
            serde.decode(message, e);
            producer.send(new ProducerRecord<>(Topics.EVENTS, EventSerde.key(e), message));
        }
        producer.flush();
        return e.sessionHex();
    }

    /** The first so many dead letters; each says why it is one. */
    public List<byte[]> dead(int count) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", brokers, "auto.offset.reset", "earliest"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(DEAD, 0)));
            while (all.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
            }
        }
        assertThat(all)
                .hasSizeGreaterThanOrEqualTo(count)
                .allMatch(r -> r.headers().lastHeader("nvmetap.reason").value().length > 0);
        return all.subList(0, count).stream().map(ConsumerRecord::value).toList();
    }

    @Override
    public void close() {
        producer.close();
    }
}
