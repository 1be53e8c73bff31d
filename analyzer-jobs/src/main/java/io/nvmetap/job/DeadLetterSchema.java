package io.nvmetap.job;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.trace.EventSerde;
import java.nio.charset.StandardCharsets;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.kafka.clients.producer.ProducerRecord;

/** A message that is no event, bytes untouched, the reason in header {@code nvmetap.reason}. */
final class DeadLetterSchema implements KafkaRecordSerializationSchema<byte[]> {
    private static final long serialVersionUID = 1L;

    private final String topic;

    DeadLetterSchema(String topic) {
        this.topic = topic;
    }

    @Override
    public ProducerRecord<byte[], byte[]> serialize(
            byte[] message, KafkaSinkContext context, Long timestamp) {
        ProducerRecord<byte[], byte[]> out = new ProducerRecord<>(topic, message);
        out.headers().add("nvmetap.reason", reason(message).getBytes(StandardCharsets.UTF_8));
        return out;
    }

    private static String reason(byte[] message) {
        try {
            EventSerde.singleObject().decode(message, new CapturedEvent());
            return "decoded now, not before";
        } catch (MalformedEventException e) {
            return e.getMessage();
        }
    }
}
