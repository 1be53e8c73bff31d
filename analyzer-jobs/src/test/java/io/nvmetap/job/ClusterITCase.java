package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.testkit.ClusterRest;
import io.nvmetap.testkit.FindingsTopic;
import io.nvmetap.testkit.FlinkCluster;
import io.nvmetap.testkit.JobJar;
import io.nvmetap.testkit.Manifest;
import io.nvmetap.testkit.Recordings;
import io.nvmetap.testkit.Sessions;
import io.nvmetap.trace.Topics;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The job jar in a cluster of processes: a JobManager, two TaskManagers, a broker. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterITCase {
    private static final Pattern JOB = Pattern.compile("JobID ([0-9a-f]{32})");
    private static final Pattern SAVEPOINT = Pattern.compile("Path: (file:\\S+)");
    private static final int FAULTS = 16;

    private static final int OPERATIONS = 10_000;

    /** Of two TaskManagers. */
    private static final int SLOTS = 4;

    @TempDir private static Path folder;
    private static LocalBroker broker;
    private static String brokers;
    private static FlinkCluster cluster;
    private static ClusterRest rest;
    private static Manifest manifest;

    @BeforeAll
    static void start() throws IOException {
        manifest = Manifest.read();
        cluster = FlinkCluster.start(folder.resolve("flink"), 2, manifest.portableSettings());
        broker = new LocalBroker(folder.resolve("broker"));
        brokers = broker.start(Topics.ALL);
        rest = new ClusterRest(cluster.restPort());
    }

    @AfterAll
    static void stop() throws IOException {
        if (cluster != null) {
            cluster.close();
        }
        if (broker != null) {
            broker.stop();
        }
    }

    /** Recordings of real boots and planted faults, under ids of their own. */
    private static Sessions sessions(long id) throws IOException {
        Sessions all = new Sessions(id);
        for (String name : List.of("ovmf-2022.11-slow-timeouts", "ovmf-2022.11-to-linux-6.1")) {
            all.with(recording(name));
        }
        PlantedFaults.all().stream().limit(FAULTS).forEach(all::with);
        return all;
    }

    private static List<CapturedEvent> recording(String name) throws IOException {
        Path trace = folder.resolve(name + ".avro");
        Recordings.importTo(Recordings.log(name), trace);
        List<CapturedEvent> events = new ArrayList<>();
        CapturedEvent e = new CapturedEvent();
        try (TraceReader reader = TraceReader.open(trace)) {
            while (reader.next(e)) {
                events.add(e.copy());
            }
        }
        return events;
    }

    private static void assertSame(
            FindingsTopic said, Set<Finding> findings, List<SessionSummary> summaries) {
        assertThat(said.distinct()).isEqualTo(findings);
        assertThat(new HashSet<>(said.summaries)).isEqualTo(new HashSet<>(summaries));
    }

    @Test
    void shouldSayTheSameWhenATaskManagerIsKilledInMidRun() throws Exception {
        Sessions sessions = sessions(0xA1);
        List<SessionSummary> summaries = new ArrayList<>();
        Set<Finding> undisturbed = sessions.judged(summaries);
        rest.awaitFreeSlots(SLOTS);
        String jar = rest.upload(JobJar.path());
        try (FindingsTopic said = new FindingsTopic(brokers, sessions.prefix())) {
            String job = rest.run(jar, 2, "--bootstrap-servers", brokers, "--rule-shares", "2");
            rest.awaitRunning(job);
            sessions.publish(brokers, 0, 0.5);
            said.awaitUntil(() -> !said.delivered.isEmpty());
            rest.awaitCheckpoints(job, 2);
            sessions.publish(brokers, 0.5, 0.6);
            cluster.kill(rest.subtasks(job, "rules").get(0).taskManager());
            sessions.publish(brokers, 0.6, 1);
            said.awaitSummaries(sessions.count());
            assertSame(said, undisturbed, summaries);
            assertThat(rest.restores(job)).as("restored from a checkpoint").isPositive();
            rest.cancel(job);
            cluster.addTaskManager("another");
        }
    }

    /** A build with one more field in its state, on more cores, its state on disk. */
    @Test
    void shouldSayTheSameAfterASavepointAndAnUpgrade() throws Exception {
        Sessions sessions = sessions(0xB2);
        List<SessionSummary> summaries = new ArrayList<>();
        Set<Finding> undisturbed = sessions.judged(summaries);
        rest.awaitFreeSlots(SLOTS);
        try (FindingsTopic said = new FindingsTopic(brokers, sessions.prefix())) {
            String job = match(JOB, run(JobJar.path(), List.of("-p", "1"), List.of()));
            rest.awaitRunning(job);
            sessions.publish(brokers, 0, 0.5);
            said.awaitUntil(() -> !said.delivered.isEmpty());
            String savepoint = match(SAVEPOINT, cluster.cli("stop", job));
            List<String> more = List.of("-p", Integer.toString(SLOTS), "-s", savepoint);
            List<String> onDisk = List.of("--state-backend", "rocksdb");
            String next = match(JOB, run(JobJar.upgraded(folder), more, onDisk));
            sessions.publish(brokers, 0.5, 1);
            said.awaitSummaries(sessions.count());
            assertSame(said, undisturbed, summaries);
            assertThat(said.delivered).as("exactly once").hasSameSizeAs(said.distinct());
            rest.cancel(next);
        }
    }

    /** {@code flink run} with the manifest's arguments. */
    private static String run(Path jar, List<String> flags, List<String> more) throws Exception {
        List<String> args = new ArrayList<>(List.of("run", "-d"));
        args.addAll(flags);
        args.add(jar.toString());
        args.addAll(manifest.args(brokers));
        args.addAll(more);
        return cluster.cli(args.toArray(String[]::new));
    }

    @Test
    void shouldKeepTwoTaskManagersBusyWithOneHotController(TestReporter reporter) throws Exception {
        SimulationSpec busy = SimulationSpec.of(GuestKind.LINUX, 7, OPERATIONS).withCpus(4);
        Sessions hot = new Sessions(0xC3).with(Simulation.run(busy));
        List<SessionSummary> summaries = new ArrayList<>();
        Set<Finding> onOneCore = hot.judged(summaries);
        rest.awaitFreeSlots(SLOTS);
        hot.publish(brokers, 0, 1);
        String jar = rest.upload(JobJar.path());
        for (int shares = 1; shares <= 2; shares++) {
            try (FindingsTopic said = new FindingsTopic(brokers, hot.prefix())) {
                String n = Integer.toString(shares);
                String job = rest.run(jar, 2, "--bootstrap-servers", brokers, "--rule-shares", n);
                said.awaitSummaries(1);
                assertSame(said, onOneCore, summaries);
                List<ClusterRest.Subtask> working =
                        rest.subtasksAfter(job, "rules", shares * hot.events()).stream()
                                .filter(s -> s.records() >= hot.events())
                                .toList();
                assertThat(working).as("subtasks with all events").hasSize(shares);
                assertThat(working)
                        .extracting(ClusterRest.Subtask::taskManager)
                        .doesNotHaveDuplicates();
                assertThat(working).allMatch(s -> s.busyMs() > 0);
                reporter.publishEntry("shares " + n, working.toString());
                rest.cancel(job);
            }
        }
    }

    private static String match(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        assertThat(m.find()).as("%s in %s", pattern, text).isTrue();
        return m.group(1);
    }
}
