package io.nvmetap.bench;

import io.nvmetap.capture.Agent;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.capture.RingTap;
import io.nvmetap.capture.Session;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.LiveState;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The process that sends events to a broker one way, several times: {@code WAY BROKERS EVENTS
 * RUNS}. The agent's ways begin at the tap and end when all is acknowledged.
 */
public final class SendFork {
    /**
     * Some 2,000 events in turn: more than a block of the compression holds, so that it does not
     * find them again, and few enough to stay in the cache, where an event is that a mediator has
     * just filled in.
     */
    private static final int OPERATIONS = 100;

    private static final int AT_ONCE = 4_096;

    /** Events in the ring before the tap's thread waits: well below what is lost. */
    private static final int AHEAD_MAX = 50_000;

    private static final long WAIT_NS = 500_000;
    private static final int PATIENCE_MS = 120_000;

    /** As KafkaEventSink has them. */
    private static final Map<String, Object> SETTINGS =
            Map.of(
                    "acks",
                    "all",
                    "enable.idempotence",
                    true,
                    "max.in.flight.requests.per.connection",
                    5,
                    "compression.type",
                    "lz4",
                    "batch.size",
                    128 * 1024,
                    "linger.ms",
                    5,
                    "buffer.memory",
                    KafkaEventSink.BUFFER_BYTES,
                    "max.request.size",
                    KafkaEventSink.MESSAGE_BYTES_MAX);

    /** Ways into the topic. */
    enum Way {
        /** Tap, ring, agent, sink; tap and agent have a thread each, as the product has them. */
        AGENT,
        /** The same, all on one thread. */
        AGENT_ON_ONE_THREAD,
        /** A producer with records made before. */
        BARE
    }

    private SendFork() {}

    /** Entry point of the process. */
    public static void main(String[] args) throws IOException {
        Way way = Way.valueOf(args[0]);
        int count = Integer.parseInt(args[2]);
        List<CapturedEvent> events = Recording.events(OPERATIONS);
        List<byte[]> messages = messages(events);
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            long ns =
                    way == Way.BARE
                            ? bare(args[1], messages, count)
                            : agent(way, args[1], events, count);
            System.out.println(PipelineFork.TOOK + ns);
        }
    }

    private static List<byte[]> messages(List<CapturedEvent> events) {
        EventSerde serde = EventSerde.singleObject();
        AvroOut out = new AvroOut(1024);
        List<byte[]> messages = new ArrayList<>();
        for (CapturedEvent e : events) {
            serde.encode(e, out.clear());
            messages.add(Arrays.copyOf(out.buffer(), out.position()));
        }
        return messages;
    }

    private static long agent(Way way, String brokers, List<CapturedEvent> events, int count)
            throws IOException {
        EventRing ring = new EventRing(EventRing.CAPACITY_BYTES_DEFAULT, System::nanoTime);
        RingTap tap = new RingTap(ring, 0);
        Session session = new Session(1, 2, CaptureStarted.unknown());
        KafkaEventSink sink = new KafkaEventSink(brokers, PATIENCE_MS);
        try (Agent agent = new Agent(ring, session, c -> LiveState.UNKNOWN, sink)) {
            if (way == Way.AGENT) {
                agent.start();
            } else {
                agent.begin();
            }
            // The first event waits for metadata of the topic; the bare producer does so too.
            sink.flush();
            long before = agent.sent();
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                tap.emit(events.get(i % events.size()), 0);
                if (i % AT_ONCE == AT_ONCE - 1) {
                    await(agent, way, before + i - AHEAD_MAX);
                }
            }
            await(agent, way, before + count);
            sink.flush();
            long ns = System.nanoTime() - began;
            if (ring.lost() > 0 || sink.lost() > 0) {
                throw new IOException(ring.lost() + sink.lost() + " events were lost");
            }
            return ns;
        }
    }

    /** Waits until the sink has as many; on one thread it is this one that gives it all. */
    private static void await(Agent agent, Way way, long sent) throws IOException {
        if (way == Way.AGENT_ON_ONE_THREAD) {
            while (agent.drain() > 0) {
                // Until the ring is empty.
            }
        }
        while (agent.sent() < sent) {
            LockSupport.parkNanos(WAIT_NS);
            if (agent.failure().isPresent()) {
                throw agent.failure().get();
            }
        }
    }

    private static long bare(String brokers, List<byte[]> messages, int count) {
        Map<String, Object> settings = new java.util.HashMap<>(SETTINGS);
        settings.put("bootstrap.servers", brokers);
        byte[] key = EventSerde.key(new CapturedEvent());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.EVENTS, key, messages.get(0)));
            producer.flush();
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                byte[] message = messages.get(i % messages.size());
                producer.send(new ProducerRecord<>(Topics.EVENTS, key, message));
            }
            producer.flush();
            return System.nanoTime() - began;
        }
    }
}
