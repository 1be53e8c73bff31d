package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.capture.Agent;
import io.nvmetap.capture.EventRing;
import io.nvmetap.capture.KafkaEventSink;
import io.nvmetap.capture.RingTap;
import io.nvmetap.capture.Session;
import io.nvmetap.capture.SpoolSettings;
import io.nvmetap.capture.SpoolSettings.Drop;
import io.nvmetap.capture.SpoolSink;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Verdict;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.rule.AnalyzerHub;
import io.nvmetap.rule.RuleSettings;
import io.nvmetap.testkit.EventsTopic;
import io.nvmetap.testkit.Recordings;
import io.nvmetap.trace.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A mediator tells ten times as much as its ring is emptied of; later the broker is killed and the
 * spool overflows too. Nothing is lost without being told, and nobody is accused.
 */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OverloadITCase {
    private static final long SEED = 20_261;
    private static final int OPERATIONS = 40_000;
    private static final int RING_BYTES = 1 << 16;

    /** Some ten rings full. */
    private static final int OVERLOAD_EVENTS = 7_000;

    private static final int OVERLOADED_FROM = 5_000;
    private static final int KILLED_AT = 100_000;
    private static final int BACK_AT = 620_000;

    private static final Set<String> HOLDS_UNDISTURBED = new TreeSet<>();

    @TempDir private Path folder;
    private LocalBroker broker;
    private EventRing ring;
    private Agent agent;
    private RingTap tap;
    private SpoolSink spool;
    private long nowNs;
    private long made;

    @BeforeAll
    static void undisturbed() {
        AnalyzerHub hub =
                new AnalyzerHub(
                        List.of(),
                        RuleSettings.DEFAULTS,
                        f -> note(f, Verdict.HOLDS, HOLDS_UNDISTURBED),
                        s -> {});
        Simulation.run(spec(), hub::accept);
        hub.end();
        assertThat(HOLDS_UNDISTURBED).hasSizeGreaterThan(20);
    }

    private static SimulationSpec spec() {
        return SimulationSpec.of(GuestKind.LINUX, SEED, OPERATIONS);
    }

    @AfterEach
    void stop() throws IOException {
        broker.stop();
    }

    private static boolean ofTheAgent(EventKind kind) {
        return switch (kind) {
            case CAPTURE_STARTED, CAPTURE_ENDED, HEARTBEAT, EVENTS_LOST -> true;
            default -> false;
        };
    }

    /** What a mediator says, its own clock with it. */
    private void say(CapturedEvent e) {
        try {
            nowNs = e.timeNs;
            if (e.kind == EventKind.CAPTURE_STARTED) {
                agent = new Agent(ring, new Session(1, 2, e.header), i -> LiveState.UNKNOWN, spool);
                agent.begin();
            }
            if (ofTheAgent(e.kind)) {
                return;
            }
            tap.emit(e, e.cpu);
            step(++made);
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }

    private void step(long n) throws Exception {
        if (n == KILLED_AT) {
            ProcessHandle process = broker.process().orElseThrow();
            process.destroyForcibly();
            process.onExit().get(10, TimeUnit.SECONDS);
        } else if (n == BACK_AT) {
            broker.start(Topics.ALL);
        }
        boolean overloaded = n > OVERLOADED_FROM && n < KILLED_AT;
        if (n % (overloaded ? OVERLOAD_EVENTS : 100) == 0) {
            agent.drain();
        }
    }

    @ParameterizedTest
    @EnumSource(Drop.class)
    void shouldAccountForEveryEventAndAccuseNobodyAcrossTheGaps(Drop drop) throws Exception {
        broker = new LocalBroker(folder.resolve("broker"));
        String address = broker.start(Topics.ALL);
        ring = new EventRing(RING_BYTES, () -> nowNs);
        tap = new RingTap(ring, 0);
        spool =
                SpoolSink.open(
                        new SpoolSettings(folder.resolve("spool"), SpoolSettings.BYTES_MIN, drop),
                        KafkaEventSink.spooled(address, Map.of()));
        Simulation.run(spec(), this::say);
        agent.close();

        assertThat(made).isGreaterThan(BACK_AT);
        assertThat(ring.lost()).isGreaterThan(KILLED_AT / 2);
        assertThat(spool.lost()).isGreaterThan(1_000);
        EventsTopic.Sum topic = EventsTopic.sum(address, e -> !ofTheAgent(e.kind));
        // The agent numbers what it adds and what the tap says, lost or not.
        long ofTheAgent = agent.sent() - (made - ring.lost());
        assertThat(topic.seen() + topic.told()).isEqualTo(made + ofTheAgent);
        assertThat(topic.told()).isEqualTo(ring.lost() + spool.lost());
        assertThat(topic.matching()).isBetween(1L, made - ring.lost());
        accusesNobody(address);
        System.out.printf(
                "overload, %s dropped: %,d events made, %,d in the topic, %,d told as lost%n",
                drop, made, topic.seen() - ofTheAgent, topic.told());
    }

    private void accusesNobody(String address) throws IOException {
        String session = String.format("%016x%016x", 1, 2);
        Recordings.Said said = Recordings.run(new FlinkRunner(), null, address, session);
        Set<String> unknown = new TreeSet<>();
        said.findings.values().forEach(f -> note(f, Verdict.UNKNOWN, unknown));
        assertThat(said.violated()).isEmpty();
        assertThat(unknown).containsAll(HOLDS_UNDISTURBED);
    }

    private static void note(Finding f, Verdict verdict, Set<String> into) {
        if (f.verdict() == verdict) {
            into.add(f.rule());
        }
    }
}
