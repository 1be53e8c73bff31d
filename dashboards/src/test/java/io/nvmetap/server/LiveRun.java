package io.nvmetap.server;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.capture.CaptureMetrics;
import io.nvmetap.capture.CaptureWatch;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.EventSink;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.capture.SpoolSettings;
import io.nvmetap.capture.SpoolSink;
import io.nvmetap.cli.Brokers;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.job.FlinkRunner;
import io.nvmetap.report.AnalysisOptions;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.testkit.AgentProcess;
import io.nvmetap.testkit.GateSink;
import io.nvmetap.testkit.LiveMachine;
import io.nvmetap.testkit.RealPrometheus;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A live run that tells figures: a broker, the job, the dashboard, a machine recorded into the
 * topic, a capture whose topic cannot be reached, an agent in a process of its own.
 */
final class LiveRun implements AutoCloseable {
    private static final Path BOOTS = Path.of("../capture-agent/src/test/recordings/boots");
    private static final int RING_BYTES = 1 << 16;
    private static final int DELIVERY_MS = 5_000;
    private static final int SEED = 5;

    private final LocalBroker broker;
    private final String brokers;
    private final int jobPort;
    private final Thread job;
    private final Dashboard dashboard;
    private final CaptureWatch machineWatch;
    private final CaptureWatch spoolWatch;
    private final GateSink gate;
    private final LiveMachine machine;
    private final SpoolSink spool;
    private final AgentProcess agent;
    private String machineTarget = "";
    private String spoolTarget = "";

    LiveRun(Path folder) throws IOException {
        broker = new LocalBroker(folder.resolve("broker"));
        brokers = broker.start(Topics.ALL);
        jobPort = RealPrometheus.freePort();
        job = new Thread(this::analyze, "analyze");
        job.start();
        dashboard = Dashboard.start(new ServeSettings(List.of(BOOTS), 0, Brokers.plain(brokers)));
        machineWatch = CaptureMetrics.serve(0, line -> machineTarget = target(line));
        KafkaEventSink topic = new KafkaEventSink(brokers, DELIVERY_MS);
        machineWatch.topic(topic);
        gate = new GateSink(topic);
        EventRing ring = new EventRing(RING_BYTES, System::nanoTime);
        machineWatch.ring(ring);
        machine =
                LiveMachine.start(
                        ring, machineWatch.sink(gate), SEED, ControllerFault.COMMAND_STALL);
        spoolWatch = CaptureMetrics.serve(0, line -> spoolTarget = target(line));
        SpoolSettings settings =
                new SpoolSettings(
                        folder.resolve("spool"),
                        SpoolSettings.BYTES_MIN,
                        SpoolSettings.Drop.OLDEST);
        spool = SpoolSink.open(settings, KafkaEventSink.spooled("127.0.0.1:1", Map.of()));
        spoolWatch.spool(spool, settings.bytesMax());
        agent = AgentProcess.start(folder.resolve("agent"), brokers);
    }

    private static String target(String line) {
        return URI.create(line.substring(line.indexOf("http"))).getAuthority();
    }

    private void analyze() {
        AnalysisOptions live =
                new AnalysisOptions(
                        Optional.empty(),
                        Brokers.plain(brokers),
                        List.of(),
                        RuleSettings.DEFAULTS,
                        Optional.empty(),
                        OptionalInt.of(jobPort));
        try {
            new FlinkRunner().run(live, f -> {}, s -> {});
        } catch (IOException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    /** Where to scrape, by file of targets. */
    Map<String, Set<String>> targets() {
        return Map.of(
                "capture", Set.of(machineTarget, spoolTarget, agent.target()),
                "job", Set.of("127.0.0.1:" + jobPort),
                "dashboard", Set.of(URI.create(dashboard.address()).getAuthority()));
    }

    String brokers() {
        return brokers;
    }

    LiveMachine machine() {
        return machine;
    }

    GateSink gate() {
        return gate;
    }

    /** The way into the spool, as a capture would have it. */
    EventSink spooled() {
        return spoolWatch.sink(spool);
    }

    AgentProcess agent() {
        return agent;
    }

    String dashboard() {
        return dashboard.address();
    }

    /** Ends the job, as Ctrl-C does. */
    void stopJob() throws InterruptedException {
        job.interrupt();
        job.join(60_000);
    }

    void stopBroker() throws IOException {
        broker.stop();
    }

    @Override
    public void close() throws Exception {
        gate.open();
        agent.close();
        stopJob();
        dashboard.close();
        quietly(machine);
        machineWatch.close();
        quietly(spool);
        spoolWatch.close();
        stopBroker();
    }

    /** What was left behind was left on purpose. */
    private static void quietly(AutoCloseable part) throws Exception {
        try {
            part.close();
        } catch (IOException incomplete) {
            return;
        }
    }
}
