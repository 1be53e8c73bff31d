package io.nvmetap.capture;

import io.nvmetap.broker.BrokerAdmin;
import io.nvmetap.broker.BrokerException;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.ClientProperties;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of a live capture that goes into the topic. */
public final class TopicOptions {
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);
    private static final int DELIVERY_TIMEOUT_S_MAX = 86_400;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "B",
            defaultValue = "",
            description = "Kafka broker; events go to its topic")
    private String bootstrapServers = "";

    @Option(
            names = "--spool",
            paramLabel = "DIR",
            description = "events wait here on disk while the broker is away; one folder an agent")
    private Path spool;

    @Option(
            names = "--spool-bytes",
            paramLabel = "N",
            defaultValue = "" + SpoolSettings.BYTES_DEFAULT,
            description = "most bytes that wait in --spool (default 1 GiB)")
    private long spoolBytes = SpoolSettings.BYTES_DEFAULT;

    @Option(
            names = "--spool-drop",
            defaultValue = "oldest",
            description = "what a full --spool gives up, and tells: oldest (default) or newest")
    private SpoolSettings.Drop spoolDrop = SpoolSettings.Drop.OLDEST;

    @Option(
            names = "--delivery-timeout-s",
            paramLabel = "S",
            defaultValue = "600",
            description = "without --spool: how long to wait for a broker that went away (600)")
    private int deliveryTimeoutS = 600;

    @Mixin private ClientProperties client = new ClientProperties();

    /**
     * @return a broker was named
     */
    public boolean wanted() {
        return !bootstrapServers.isEmpty();
    }

    /**
     * @return the brokers, for people
     */
    public String name() {
        return bootstrapServers;
    }

    /**
     * @throws CliFailure if an option makes no sense
     */
    public void check() {
        if (deliveryTimeoutS < 1 || deliveryTimeoutS > DELIVERY_TIMEOUT_S_MAX) {
            throw CliFailure.usage("--delivery-timeout-s is 1 to " + DELIVERY_TIMEOUT_S_MAX);
        }
        if (spoolBytes < SpoolSettings.BYTES_MIN || spoolBytes > SpoolSettings.BYTES_MAX) {
            throw CliFailure.usage(
                    "--spool-bytes is "
                            + SpoolSettings.BYTES_MIN
                            + " to "
                            + SpoolSettings.BYTES_MAX);
        }
        if (spool != null && !wanted()) {
            throw CliFailure.usage("--spool is for --bootstrap-servers: a file needs none");
        }
    }

    /**
     * Makes sure that the topic is there, then opens the way to it. With a spool a broker that does
     * not answer is waited for.
     *
     * @param watch shown what is opened
     * @throws IOException if it cannot be opened
     */
    public EventSink open(CaptureWatch watch) throws IOException {
        check();
        Map<String, String> properties = client.load();
        if (spool == null) {
            createTopic(properties);
            KafkaEventSink direct =
                    new KafkaEventSink(bootstrapServers, deliveryTimeoutS * 1_000, properties);
            watch.topic(direct);
            return direct;
        }
        KafkaEventSink topic = KafkaEventSink.spooled(bootstrapServers, properties);
        watch.topic(topic);
        try {
            createTopic(properties);
        } catch (BrokerException away) {
            if (away.isRefusal()) {
                topic.close();
                throw away;
            }
            System.err.println(
                    "nvmetap: " + away.getMessage() + "; events wait in " + spool + " meanwhile");
        }
        SpoolSink sink = SpoolSink.open(new SpoolSettings(spool, spoolBytes, spoolDrop), topic);
        watch.spool(sink, spoolBytes);
        if (sink.damaged() > 0) {
            System.err.println(
                    "nvmetap: "
                            + sink.damaged()
                            + " files in "
                            + spool
                            + " cannot be read; their events are lost, unless a newer nvmetap"
                            + " wrote them and takes the folder again");
        }
        return sink;
    }

    /**
     * @param watch shown what is opened
     * @return the topic beside a file, if a broker was named
     */
    public SinkPlan plan(CaptureWatch watch) {
        return new SinkPlan() {
            @Override
            public EventSink with(EventSink file) throws IOException {
                return watch.sink(wanted() ? beside(file, watch) : file);
            }

            @Override
            public void ring(EventRing ring) {
                watch.ring(ring);
            }
        };
    }

    private EventSink beside(EventSink file, CaptureWatch watch) throws IOException {
        try {
            return new TeeSink(file, open(watch));
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private void createTopic(Map<String, String> properties) throws BrokerException {
        try (BrokerAdmin admin =
                BrokerAdmin.connect(bootstrapServers, CONNECT_PATIENCE, properties)) {
            admin.createTopics(List.of(Topics.EVENTS));
        }
    }
}
