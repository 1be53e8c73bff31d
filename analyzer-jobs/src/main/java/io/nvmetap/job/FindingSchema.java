package io.nvmetap.job;

import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A finding or summary as a message; one key, so that a session's summary comes after its findings.
 */
final class FindingSchema implements KafkaRecordSerializationSchema<byte[]> {
    private static final long serialVersionUID = 1L;
    private static final byte[] KEY = "findings".getBytes(StandardCharsets.UTF_8);

    private final String topic;

    FindingSchema(String topic) {
        this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            byte[] message, KafkaSinkContext context, Long timestamp) {
        return new ProducerRecord<>(topic, KEY, message);
    }
}
