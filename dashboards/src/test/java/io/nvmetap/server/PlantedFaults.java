package io.nvmetap.server;

import io.nvmetap.capture.EventSink;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.testkit.AgentProcess;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What can go wrong with a live run, done to one. */
final class PlantedFaults {
    /** Over 10,000 behind, however quick the job is. */
    private static final int BACKLOG_EVENTS = 400_000;

    private static final int SPOOLED_EVENTS = 3_000;
    private static final int PAYLOAD_BYTES = 4_096;
    private static final int JUNK_BYTES = 4_000;
    private static final long WAIT_S = 20;

    /** As many as an agent hears at once (capture-agent/README.md). */
    private static final int TAPS_MAX = 16;

    private static final String DEAD = Topics.EVENTS + Topics.DEAD_LETTER_SUFFIX;

    private final LiveRun run;
    private final HttpClient http = HttpClient.newHttpClient();

    PlantedFaults(LiveRun run) {
        this.run = run;
    }

    /** The controller leaves a read without an answer. */
    void stall() {
        run.machine().readUntilSilence(250_000_000);
    }

    /** A tap says an event before its header, then bytes that are no frame; 16 more come. */
    void oddTaps() throws IOException {
        run.agent().connect(1, AgentProcess.heartbeat(0));
        run.agent().connect(TAPS_MAX, "no frame".getBytes(StandardCharsets.UTF_8));
    }

    /** The topic of a capture cannot be reached, and more is captured than its spool holds. */
    void fillSpool() throws IOException {
        EventSink sink = run.spooled();
        CapturedEvent e = session(0xf111);
        AvroOut out = new AvroOut(2 * PAYLOAD_BYTES);
        for (int i = 0; i < SPOOLED_EVENTS; i++) {
            e.at(i, i, -1, 0);
            e.asAnnotation("test", "x".repeat(PAYLOAD_BYTES));
            EventCodec.encode(e, out.clear());
            sink.accept(out.buffer(), out.position(), EventSerde.key(e));
        }
    }

    private static CapturedEvent session(long low) {
        CapturedEvent e = new CapturedEvent();
        e.sessionHigh = 0x11fe;
        e.sessionLow = low;
        return e;
    }

    /** One page more than may follow live asks; before, somebody looks at a capture. */
    void askTooMuch() throws IOException, InterruptedException {
        get("api/captures");
        get("api/captures/shell/timeline");
        for (int page = 0; page <= LivePages.PAGES_MAX; page++) {
            HttpRequest request =
                    HttpRequest.newBuilder(URI.create(run.dashboard() + "api/live")).build();
            http.send(request, BodyHandlers.ofInputStream());
        }
    }

    private void get(String path) throws IOException, InterruptedException {
        http.send(
                HttpRequest.newBuilder(URI.create(run.dashboard() + path)).build(),
                BodyHandlers.ofByteArray());
    }

    /** The way to the topic does not come back while the machine goes on. */
    void blockTopic() {
        run.gate().shut();
        run.machine().look(5_000);
    }

    /** It comes back. */
    void freeTopic() {
        run.gate().open();
    }

    /** A message that is no event. */
    void junk() throws Exception {
        Map<String, Object> p = Map.of("bootstrap.servers", run.brokers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(p, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(Topics.EVENTS, new byte[JUNK_BYTES]))
                    .get(WAIT_S, TimeUnit.SECONDS);
        }
    }

    /**
     * The dead letter topic takes no message of that size: the job's task fails, again and again.
     */
    void failJob() throws Exception {
        deadLetterBytesMax("1000");
        junk();
    }

    /** It takes them again; meanwhile many events came. */
    void healJob() throws Exception {
        try (KafkaEventSink sink = new KafkaEventSink(run.brokers(), 60_000)) {
            CapturedEvent e = session(0xbac0);
            for (int i = 0; i < BACKLOG_EVENTS; i++) {
                e.at(i, i * 1_000L, -1, 0).asHeartbeat();
                sink.accept(e);
            }
            sink.flush();
        }
        deadLetterBytesMax("1000000");
    }

    private void deadLetterBytesMax(String bytes) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", run.brokers()))) {
            AlterConfigOp set =
                    new AlterConfigOp(
                            new ConfigEntry("max.message.bytes", bytes), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(
                            Map.of(
                                    new ConfigResource(ConfigResource.Type.TOPIC, DEAD),
                                    List.of(set)))
                    .all()
                    .get(WAIT_S, TimeUnit.SECONDS);
        }
    }

    /** The job ends, then the broker; the machine goes on. */
    void endAll() throws Exception {
        run.stopJob();
        run.stopBroker();
        run.machine().look(100);
    }
}
