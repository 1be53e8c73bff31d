package io.nvmetap.feed;

import io.nvmetap.cli.Brokers;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingCodec;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Follows both topics on a thread of its own: events from now on, findings from a little before. A
 * broker that goes is waited for. Pages are told through {@link #state()}.
 */
public final class LiveFeed implements AutoCloseable {
    /** Findings of each partition from before it was started. */
    static final long EARLIER_FINDINGS = 50;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final long LAG_EVERY_MS = 1_000;
    private static final long RETRY_MS = 1_000;
    private static final long CLOSE_MS = 5_000;

    private final LiveState state = new LiveState();
    private final Brokers brokers;
    private final LongSupplier clockMs;
    private final Thread thread;
    private volatile KafkaConsumer<byte[], byte[]> consumer;
    private volatile boolean closed;

    private LiveFeed(Brokers brokers, LongSupplier clockMs) {
        this.brokers = brokers;
        this.clockMs = clockMs;
        thread = new Thread(this::run, "nvmetap-live");
        thread.setDaemon(true);
    }

    /** Starts to follow; whether the broker answers tells {@link LiveState#view}. */
    public static LiveFeed follow(Brokers brokers, LongSupplier clockMs) {
        LiveFeed feed = new LiveFeed(brokers, clockMs);
        feed.thread.start();
        return feed;
    }

    /**
     * Whether a client can be made at all; asks nobody.
     *
     * @throws CliFailure if an address or a property is none
     */
    public static void check(Brokers brokers) {
        try {
            open(brokers).close();
        } catch (KafkaException bad) {
            throw CliFailure.environment(brokers.notTaken());
        }
    }

    /** What is known of now. */
    public LiveState state() {
        return state;
    }

    /** Wall clock, Unix milliseconds. */
    public long nowMs() {
        return clockMs.getAsLong();
    }

    private void run() {
        while (!closed) {
            try (KafkaConsumer<byte[], byte[]> fresh = open(brokers)) {
                consumer = fresh;
                follow(fresh);
            } catch (WakeupException ended) {
                return;
            } catch (AuthenticationException | AuthorizationException refused) {
                state.broker(false, 0, "the broker at " + brokers + " refused us; see its log");
                pause();
            } catch (KafkaException | IllegalStateException gone) {
                state.broker(false, 0, "no broker answers at " + brokers);
                pause();
            }
        }
    }

    private synchronized void pause() {
        try {
            if (!closed) {
                wait(RETRY_MS);
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    private static KafkaConsumer<byte[], byte[]> open(Brokers brokers) {
        Map<String, Object> settings = brokers.settings();
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("default.api.timeout.ms", 5_000);
        settings.put("request.timeout.ms", 5_000);
        settings.put("reconnect.backoff.max.ms", 1_000);
        settings.put("fetch.max.wait.ms", 50);
        settings.put("max.poll.records", 5_000);
        settings.put("fetch.max.bytes", 8 << 20);
        return new KafkaConsumer<>(
                settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private void follow(KafkaConsumer<byte[], byte[]> c) {
        List<TopicPartition> events = partitions(c, Topics.EVENTS);
        List<TopicPartition> findings = partitions(c, Topics.FINDINGS);
        List<TopicPartition> all =
                java.util.stream.Stream.concat(events.stream(), findings.stream()).toList();
        if (all.isEmpty()) {
            throw new IllegalStateException("no topics");
        }
        c.assign(all);
        c.seekToEnd(all);
        Map<TopicPartition, Long> begin = c.beginningOffsets(findings);
        for (TopicPartition p : findings) {
            c.seek(p, Math.max(begin.get(p), c.position(p) - EARLIER_FINDINGS));
        }
        CapturedEvent e = new CapturedEvent();
        EventSerde serde = EventSerde.singleObject();
        long lagDueMs = 0;
        while (!closed) {
            for (ConsumerRecord<byte[], byte[]> r : c.poll(POLL)) {
                take(r, e, serde);
            }
            if (nowMs() >= lagDueMs) {
                lagDueMs = nowMs() + LAG_EVERY_MS;
                state.broker(true, lag(c, all), "");
            }
        }
    }

    private static List<TopicPartition> partitions(KafkaConsumer<?, ?> c, String topic) {
        return c.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(p.topic(), p.partition()))
                .toList();
    }

    private static long lag(KafkaConsumer<?, ?> c, List<TopicPartition> all) {
        Map<TopicPartition, Long> ends = c.endOffsets(all);
        return ends.entrySet().stream()
                .mapToLong(p -> Math.max(0, p.getValue() - c.position(p.getKey())))
                .sum();
    }

    private void take(ConsumerRecord<byte[], byte[]> r, CapturedEvent e, EventSerde serde) {
        try {
            if (r.topic().equals(Topics.EVENTS)) {
                serde.decode(r.value(), e);
                state.accept(e, r.timestamp(), nowMs());
            } else if (FindingCodec.decode(r.value()) instanceof Finding f) {
                state.accept(f, nowMs());
            }
        } catch (MalformedEventException | NullPointerException bad) {
            state.malformed();
        }
    }

    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            notifyAll();
        }
        KafkaConsumer<byte[], byte[]> c = consumer;
        if (c != null) {
            c.wakeup();
        }
        try {
            thread.join(CLOSE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
