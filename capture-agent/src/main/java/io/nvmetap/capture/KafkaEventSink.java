package io.nvmetap.capture;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Events into the topic, in order per controller, each once: the producer is idempotent and retries
 * until its delivery deadline, so that a broker that dies and comes back loses and doubles nothing.
 */
public final class KafkaEventSink implements EventSink {
    /** Producer memory; {@link #accept} waits when it is full. */
    public static final long BUFFER_BYTES = 32L << 20;

    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final EventSerde serde = EventSerde.singleObject();
    private final AvroOut scratch = new AvroOut(1024);
    private byte[] key = {};
    private long keySession;
    private int keyController = -1;

    /**
     * @param bootstrapServers brokers
     * @param deliveryTimeoutMs how long a send may be retried
     */
    public KafkaEventSink(String bootstrapServers, int deliveryTimeoutMs) {
        Map<String, Object> p = new HashMap<>();
        p.put("bootstrap.servers", bootstrapServers);
        p.put("acks", "all");
        p.put("enable.idempotence", true);
        p.put("compression.type", "lz4");
        p.put("batch.size", 128 * 1024);
        p.put("linger.ms", 5);
        p.put("buffer.memory", BUFFER_BYTES);
        p.put("delivery.timeout.ms", deliveryTimeoutMs);
        p.put("request.timeout.ms", Math.min(15_000, deliveryTimeoutMs / 2));
        p.put("max.block.ms", deliveryTimeoutMs);
        p.put("reconnect.backoff.max.ms", 1_000);
        producer = new KafkaProducer<>(p, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void accept(CapturedEvent e) throws IOException {
        check();
        if (e.controller != keyController || e.sessionLow != keySession) {
            key = EventSerde.key(e);
            keySession = e.sessionLow;
            keyController = e.controller;
        }
        serde.encode(e, scratch.clear());
        byte[] message = Arrays.copyOf(scratch.buffer(), scratch.position());
        try {
            producer.send(
                    new ProducerRecord<>(Topics.EVENTS, key, message),
                    (meta, error) -> failure.compareAndSet(null, error));
        } catch (RuntimeException refused) {
            failure.compareAndSet(null, refused);
            check();
        }
    }

    private void check() throws IOException {
        Exception e = failure.get();
        if (e != null) {
            throw new IOException(
                    "events could not be delivered to topic "
                            + Topics.EVENTS
                            + " ("
                            + e.getMessage()
                            + "); check the broker and publish again");
        }
    }

    @Override
    public void flush() throws IOException {
        producer.flush();
        check();
    }

    @Override
    public void close() throws IOException {
        producer.close();
        check();
    }
}
