package io.nvmetap.capture;

import io.nvmetap.broker.BrokerAdmin;
import io.nvmetap.broker.LocalBroker;
import io.nvmetap.cli.CliFailure;
import io.nvmetap.cli.ClientProperties;
import io.nvmetap.cli.CommandRunner;
import io.nvmetap.cli.ExitStatus;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.metrics.MetricsOption;
import io.nvmetap.trace.Topics;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nvmetap publish}: a trace file into the topic. */
@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = "Publishes a trace file to the topic, each event once, in order.")
public final class PublishCommand implements Callable<Integer> {
    private static final int PROGRESS_EVENTS = 50_000;
    private static final Duration CONNECT_PATIENCE = Duration.ofSeconds(5);

    @Parameters(index = "0", paramLabel = "F", description = "trace file")
    private Path trace;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "B",
            defaultValue = "",
            description = "Kafka broker; none: the local one, started if it does not run")
    private String bootstrapServers;

    @Option(
            names = "--delivery-timeout-s",
            paramLabel = "S",
            defaultValue = "600",
            description = "how long to wait for a broker that went away (default 600)")
    private int deliveryTimeoutS;

    @Mixin private MetricsOption metrics = new MetricsOption();

    @Mixin private ClientProperties client = new ClientProperties();

    /** Entry point of the launcher. */
    public static void main(String[] args) {
        System.exit(CommandRunner.run(new PublishCommand(), args, System.err));
    }

    @Override
    public Integer call() throws IOException {
        if (deliveryTimeoutS < 1 || deliveryTimeoutS > 86_400) {
            throw CliFailure.usage("--delivery-timeout-s is 1 to 86400");
        }
        try (TraceReader reader = TraceReader.open(trace)) {
            String broker = broker();
            long started = System.nanoTime();
            String session = publish(reader, broker);
            System.out.printf(
                    "publish   %,d events   session %s   topic %s   %s   %.1f s%n",
                    reader.events(),
                    session,
                    Topics.EVENTS,
                    broker,
                    (System.nanoTime() - started) / 1e9);
            if (reader.damage().isPresent()) {
                throw CliFailure.environment(trace + ": " + reader.damage().get().describe());
            }
        }
        return ExitStatus.OK;
    }

    private String broker() throws IOException {
        if (bootstrapServers.isEmpty()) {
            return LocalBroker.ofUser().start(Topics.ALL);
        }
        try (BrokerAdmin admin =
                BrokerAdmin.connect(bootstrapServers, CONNECT_PATIENCE, client.load())) {
            admin.createTopics(List.of(Topics.EVENTS));
        }
        return bootstrapServers;
    }

    private String publish(TraceReader reader, String broker) throws IOException {
        CapturedEvent e = new CapturedEvent();
        String session = "-";
        boolean progress = System.console() != null;
        try (CaptureWatch watch =
                        CaptureMetrics.open(
                                metrics, line -> System.out.println("publish   " + line));
                KafkaEventSink sink =
                        new KafkaEventSink(broker, deliveryTimeoutS * 1_000, client.load())) {
            watch.topic(sink);
            EventSink counted = watch.sink(sink);
            while (reader.next(e)) {
                if (reader.events() == 1) {
                    session = e.sessionHex();
                }
                sink.accept(e, counted);
                if (progress && reader.events() % PROGRESS_EVENTS == 0) {
                    System.err.printf("publish   %,d events ...\r", reader.events());
                }
            }
            sink.flush();
        }
        return session;
    }
}
