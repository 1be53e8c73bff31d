package io.nvmetap.capture;

import io.nvmetap.cli.Brokers;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Events into the topic, in order per controller, each once: the producer is idempotent and retries
 * until its delivery deadline, so that a broker that dies and comes back loses and doubles nothing.
 * The first event that misses the deadline ends it: every later call says so.
 */
public final class KafkaEventSink implements EventSink, SpoolTarget {
    /** Producer memory; {@link #accept} waits when it is full. */
    public static final long BUFFER_BYTES = 32L << 20;

    /** Largest message: an event with its largest payload is about half of it. */
    public static final int MESSAGE_BYTES_MAX = 2 << 20;

    private static final int REQUEST_TIMEOUT_MS = 15_000;
    private static final Duration CLOSE_AFTER_FAILURE = Duration.ofMillis(500);

    private final KafkaProducer<byte[], byte[]> producer;
    private final String bootstrapServers;
    private final Duration closePatience;
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final AtomicLong lost = new AtomicLong();
    private final Callback onDelivered = (meta, error) -> delivered(error);
    private final byte[] framing;
    private final AvroOut scratch = new AvroOut(1024);
    private byte[] key = {};
    private long keySessionHigh;
    private long keySessionLow;
    private int keyController = -1;
    private boolean told;
    private boolean closed;

    /**
     * @param bootstrapServers brokers; not contacted before the first event
     * @param deliveryTimeoutMs how long an event may be retried, at least 1,000
     * @throws IOException if an address is none
     */
    public KafkaEventSink(String bootstrapServers, int deliveryTimeoutMs) throws IOException {
        this(bootstrapServers, deliveryTimeoutMs, Map.of());
    }

    /** As the other, with {@code client} properties (security) for the producer. */
    public KafkaEventSink(
            String bootstrapServers, int deliveryTimeoutMs, Map<String, String> client)
            throws IOException {
        this(
                bootstrapServers,
                deliveryTimeoutMs,
                Duration.ofMillis(deliveryTimeoutMs).plusSeconds(5),
                client);
    }

    /** Behind a spool: retries for ever, and what is under way when it closes is the spool's. */
    public static KafkaEventSink spooled(String bootstrapServers, Map<String, String> client)
            throws IOException {
        return new KafkaEventSink(bootstrapServers, Integer.MAX_VALUE, CLOSE_AFTER_FAILURE, client);
    }

    private KafkaEventSink(
            String bootstrapServers,
            int deliveryTimeoutMs,
            Duration closePatience,
            Map<String, String> client)
            throws IOException {
        AvroOut header = new AvroOut(EventSerde.SINGLE_OBJECT_HEADER_BYTES);
        EventSerde.singleObject().header(header);
        framing = Arrays.copyOf(header.buffer(), header.position());
        this.closePatience = closePatience;
        this.bootstrapServers = bootstrapServers;
        try {
            producer =
                    new KafkaProducer<>(
                            settings(bootstrapServers, deliveryTimeoutMs, client),
                            new ByteArraySerializer(),
                            new ByteArraySerializer());
        } catch (KafkaException bad) {
            throw new IOException(new Brokers(bootstrapServers, client).notTaken());
        }
    }

    private static Map<String, Object> settings(
            String bootstrapServers, int deliveryTimeoutMs, Map<String, String> client) {
        Map<String, Object> p = new HashMap<>(client);
        p.put("bootstrap.servers", bootstrapServers);
        p.put("acks", "all");
        p.put("enable.idempotence", true);
        p.put("max.in.flight.requests.per.connection", 5);
        p.put("retries", Integer.MAX_VALUE);
        p.put("compression.type", "lz4");
        p.put("batch.size", 128 * 1024);
        p.put("linger.ms", 5);
        p.put("buffer.memory", BUFFER_BYTES);
        p.put("max.request.size", MESSAGE_BYTES_MAX);
        p.put("delivery.timeout.ms", deliveryTimeoutMs);
        p.put("request.timeout.ms", Math.min(REQUEST_TIMEOUT_MS, deliveryTimeoutMs / 2));
        p.put("max.block.ms", deliveryTimeoutMs);
        p.put("reconnect.backoff.max.ms", 1_000);
        // Forgetting the topic while all brokers are away would make accept() wait for them at
        // once, instead of when the buffer is full.
        p.put("metadata.recovery.strategy", "none");
        return p;
    }

    /** For those who look at its figures. */
    KafkaProducer<byte[], byte[]> producer() {
        return producer;
    }

    /** Takes the event; the instance may be reused at once. */
    public void accept(CapturedEvent e) throws IOException {
        accept(e, this);
    }

    /** As the other, by way of a sink that ends here. */
    void accept(CapturedEvent e, EventSink way) throws IOException {
        if (e.controller != keyController
                || e.sessionLow != keySessionLow
                || e.sessionHigh != keySessionHigh) {
            key = EventSerde.key(e);
            keySessionHigh = e.sessionHigh;
            keySessionLow = e.sessionLow;
            keyController = e.controller;
        }
        EventCodec.encode(e, scratch.clear());
        way.accept(scratch.buffer(), scratch.position(), key);
    }

    @Override
    public void accept(byte[] body, int count, byte[] eventKey) throws IOException {
        check();
        produce(eventKey, body, 0, count, onDelivered);
    }

    @Override
    public void send(byte[] eventKey, byte[] body, int at, int count, Answer answer)
            throws IOException {
        check();
        produce(
                eventKey,
                body,
                at,
                count,
                (meta, error) -> {
                    delivered(error);
                    answer.answer(error);
                });
    }

    private void produce(byte[] eventKey, byte[] body, int at, int count, Callback callback)
            throws IOException {
        byte[] message = Arrays.copyOf(framing, framing.length + count);
        System.arraycopy(body, at, message, framing.length, count);
        try {
            producer.send(new ProducerRecord<>(Topics.EVENTS, eventKey, message), callback);
        } catch (RuntimeException refused) {
            failure.compareAndSet(null, refused);
            check();
        }
    }

    private void delivered(Exception error) {
        if (error != null) {
            lost.incrementAndGet();
            failure.compareAndSet(null, error);
        }
    }

    private void check() throws IOException {
        Exception e = failure.get();
        if (e != null) {
            told = true;
            throw new IOException(
                    "events could not be delivered to topic "
                            + Topics.EVENTS
                            + " at "
                            + bootstrapServers
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
    public long lost() {
        return lost.get();
    }

    /**
     * Delivers what is left.
     *
     * @throws IOException if that fails and was not told before
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        closed = true;
        producer.close(failure.get() == null ? closePatience : CLOSE_AFTER_FAILURE);
        if (!told) {
            check();
        }
    }
}
