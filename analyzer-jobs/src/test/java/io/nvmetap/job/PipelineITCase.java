package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.cli.Brokers;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Verdict;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.report.AnalysisOptions;
import io.nvmetap.report.FileRunner;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.testkit.ForeignMessages;
import io.nvmetap.testkit.Recordings;
import io.nvmetap.trace.Topics;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A real broker, the real job: all ways to the rules say the same. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipelineITCase {
    private static final long SECOND_NS = 1_000_000_000L;

    @TempDir private Path folder;
    private LocalBroker broker;
    private String address;

    @BeforeEach
    void start() throws IOException {
        broker = new LocalBroker(folder.resolve("broker"));
        address = broker.start(Topics.ALL);
    }

    @AfterEach
    void stop() throws IOException {
        broker.stop();
    }

    @Test
    void shouldFindTheSameInProcessInFlinkAndFromTheTopic() throws IOException {
        Path trace = folder.resolve("t.avro");
        String session = Recordings.importTo(Recordings.log("ovmf-2022.11-slow-timeouts"), trace);
        Recordings.Said inProcess = Recordings.run(new FileRunner(), trace, "", session);
        Recordings.Said inFlink = Recordings.run(new FlinkRunner(), trace, "", session);
        publish(trace);
        Recordings.Said fromTopic = Recordings.run(new FlinkRunner(), trace, address, session);
        assertThat(inProcess.violated()).isNotEmpty();
        assertThat(inFlink.findings).isEqualTo(inProcess.findings);
        assertThat(fromTopic.findings).isEqualTo(inProcess.findings);
        assertThat(inFlink.summaries).isEqualTo(inProcess.summaries);
        assertThat(fromTopic.summaries).isEqualTo(inProcess.summaries);
    }

    @Test
    void shouldLoseAndDoubleNothingWhenTheBrokerIsKilledWhilePublishing() throws IOException {
        Path trace = folder.resolve("t.avro");
        String session = Recordings.importTo(Recordings.log("ovmf-2022.11-to-linux-6.1"), trace);
        Recordings.Said expected = Recordings.run(new FileRunner(), trace, "", session);
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace);
                KafkaEventSink sink = new KafkaEventSink(address, 120_000)) {
            long n = 0;
            while (reader.next(e)) {
                sink.accept(e);
                if (++n == 4_000) {
                    ProcessHandle process = broker.process().orElseThrow();
                    process.destroyForcibly();
                    process.onExit().join();
                }
                if (n == 5_000) {
                    assertThat(broker.start(Topics.ALL)).isEqualTo(address);
                }
            }
            sink.flush();
            assertThat(n).isGreaterThan(8_000);
        }
        Recordings.Said fromTopic = Recordings.run(new FlinkRunner(), trace, address, session);
        assertThat(fromTopic.findings).isEqualTo(expected.findings);
        assertThat(fromTopic.summaries).isEqualTo(expected.summaries);
        assertThat(fromTopic.delivered).isEqualTo(expected.delivered);
    }

    /** Golden traces: written by versions 1, 2 and 3, and never again. */
    @Test
    void shouldReadEveryVersionAndBuryWhatIsNoEvent() throws IOException {
        Path kept = Path.of("../capture-agent/src/test/recordings");
        Path first = kept.resolve("boots/shell.avro");
        Path second = kept.resolve("taps/sound.avro");
        Path third = kept.resolve("versions/version-3.avro");
        List<byte[]> junk = ForeignMessages.junk(ForeignMessages.of(first).get(0));
        try (ForeignMessages foreign = new ForeignMessages(address)) {
            foreign.sendJunk(junk);
            for (Path trace : List.of(first, second, third)) {
                String session = foreign.send(ForeignMessages.of(trace));
                Recordings.Said inFile = Recordings.run(new FileRunner(), trace, "", session);
                Recordings.Said said = Recordings.run(new FlinkRunner(), trace, address, session);
                assertThat(said.findings).isNotEmpty().isEqualTo(inFile.findings);
                assertThat(said.summaries).isEqualTo(inFile.summaries);
            }
            assertThat(foreign.dead(junk.size())).containsExactlyInAnyOrderElementsOf(junk);
        }
    }

    @Test
    void shouldRingLiveWithinASecondWhenTheControllerGoesSilent() throws Exception {
        SimulationSpec stalls =
                SimulationSpec.of(GuestKind.UBOOT, 7, 60)
                        .withControllerFaults(ControllerFault.COMMAND_STALL);
        Finding f = live(stalls, "command-stall", Party.CONTROLLER);
        assertThat(f.timeNs() - timeNs(stalls, f.fromSeq())).isLessThan(SECOND_NS);
    }

    @Test
    void shouldRingLiveWithinASecondWhenAnInterruptIsLost() throws Exception {
        SimulationSpec loses =
                SimulationSpec.of(GuestKind.LINUX, 7, 100)
                        .withProfile(ControllerProfile.byName("samsung").withQueueEntries(2))
                        .withDriver(DriverSpec.parse("reference:fault=lost-irq-polled-rescue"));
        Finding f = live(loses, "lost-irq-polled-rescue", Party.MEDIATOR);
        assertThat(f.timeNs() - timeNs(loses, f.fromSeq())).isLessThan(SECOND_NS);
    }

    /** Event time of an event of a simulation. */
    private static long timeNs(SimulationSpec spec, long seq) {
        long[] at = {-1};
        Simulation.run(spec, e -> at[0] = e.seq == seq ? e.timeNs : at[0]);
        assertThat(at[0]).as("event " + seq).isNotNegative();
        return at[0];
    }

    /** A live topic that has no end: the first finding of the rule. */
    private Finding live(SimulationSpec spec, String rule, Party owner) throws Exception {
        try (KafkaEventSink sink = new KafkaEventSink(address, 60_000)) {
            for (CapturedEvent e : Simulation.run(spec)) {
                if (e.kind != EventKind.CAPTURE_ENDED) {
                    sink.accept(e);
                }
            }
            sink.flush();
        }
        AnalysisOptions live =
                new AnalysisOptions(
                        Optional.empty(),
                        Brokers.plain(address),
                        List.of(),
                        RuleSettings.DEFAULTS,
                        Optional.empty());
        CompletableFuture<Finding> rang = new CompletableFuture<>();
        Thread job = new Thread(() -> follow(live, rule, owner, rang));
        job.start();
        Finding f = rang.get(60, TimeUnit.SECONDS);
        job.interrupt();
        job.join(60_000);
        assertThat(job.isAlive()).isFalse();
        return f;
    }

    private static void follow(
            AnalysisOptions live, String rule, Party owner, CompletableFuture<Finding> rang) {
        try {
            new FlinkRunner()
                    .run(
                            live,
                            f -> {
                                boolean wanted = f.verdict() == Verdict.VIOLATED;
                                if (wanted && f.rule().equals(rule) && f.owner() == owner) {
                                    rang.complete(f);
                                }
                            },
                            s -> {});
        } catch (IOException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void publish(Path trace) throws IOException {
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace);
                KafkaEventSink sink = new KafkaEventSink(address, 60_000)) {
            while (reader.next(e)) {
                sink.accept(e);
            }
            sink.flush();
        }
    }
}
