package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.report.FileRunner;
import io.nvmetap.testkit.Recordings;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What others put into the topic of events: older versions' messages, and what is none. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TopicITCase {
    private static final Path RECORDINGS = Path.of("../capture-agent/src/test/recordings");
    private static final String DEAD = Topics.EVENTS + Topics.DEAD_LETTER_SUFFIX;

    @TempDir private Path folder;
    private LocalBroker broker;
    private String address;

    @BeforeEach
    void start() throws IOException {
        broker = new LocalBroker(folder.resolve("broker"));
        address = broker.start(Topics.ALL);
    }

    @AfterEach
    void stop() throws IOException {
        broker.stop();
    }

    /** Golden traces: written by version 1 and by version 2, and never again. */
    @Test
    void shouldReadEveryVersionAndBuryWhatIsNoEvent() throws IOException {
        Map<Path, String> sessions = new HashMap<>();
        List<byte[]> junk;
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", address),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            Path first = RECORDINGS.resolve("boots/shell.avro");
            List<byte[]> messages = messages(first);
            junk = junk(messages.get(0));
            for (byte[] bad : junk) {
                producer.send(new ProducerRecord<>(Topics.EVENTS, bad));
            }
            sessions.put(first, send(producer, messages));
            Path second = RECORDINGS.resolve("taps/sound.avro");
            sessions.put(second, send(producer, messages(second)));
            producer.flush();
        }
        for (Map.Entry<Path, String> e : sessions.entrySet()) {
            Path trace = e.getKey();
            Recordings.Said inFile = Recordings.run(new FileRunner(), trace, "", e.getValue());
            Recordings.Said said = Recordings.run(new FlinkRunner(), trace, address, e.getValue());
            assertThat(said.findings).isNotEmpty().isEqualTo(inFile.findings);
            assertThat(said.summaries).isEqualTo(inFile.summaries);
        }
        assertThat(dead(junk.size()).stream().map(ConsumerRecord::value))
                .containsExactlyInAnyOrderElementsOf(junk);
    }

    /** Not framed, cut off, too long, of a newer version, nothing at all. */
    private static List<byte[]> junk(byte[] event) {
        byte[] longer = java.util.Arrays.copyOf(event, event.length + 1);
        byte[] newer = event.clone();
        newer[2] ^= 1;
        return List.of(
                "no event".getBytes(StandardCharsets.UTF_8),
                java.util.Arrays.copyOf(event, event.length / 2),
                longer,
                newer,
                new byte[0]);
    }

    /** A trace's events as Avro itself makes messages of them, with the file's own schema. */
    private static List<byte[]> messages(Path trace) throws IOException {
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

    private static String send(KafkaProducer<byte[], byte[]> producer, List<byte[]> messages) {
        CapturedEvent e = new CapturedEvent();
        EventSerde serde = EventSerde.singleObject();
        for (byte[] message : messages) {
            serde.decode(message, e);
            producer.send(new ProducerRecord<>(Topics.EVENTS, EventSerde.key(e), message));
        }
        return e.sessionHex();
    }

    /** The first so many dead letters; each says why. */
    private List<ConsumerRecord<byte[], byte[]>> dead(int count) {
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", address, "auto.offset.reset", "earliest"),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(DEAD, 0)));
            while (all.size() < count) {
                consumer.poll(Duration.ofMillis(200)).forEach(all::add);
            }
        }
        assertThat(all).allMatch(r -> r.headers().lastHeader("nvmetap.reason").value().length > 0);
        return all.subList(0, count);
    }
}
