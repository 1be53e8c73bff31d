package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.broker.LocalBroker;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.testkit.ClusterRest;
import io.nvmetap.testkit.FindingsTopic;
import io.nvmetap.testkit.FlinkCluster;
import io.nvmetap.testkit.JobJar;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The job jar in a cluster of processes: a JobManager, two TaskManagers, a broker. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterITCase {
    private static final Pattern JOB = Pattern.compile("JobID ([0-9a-f]{32})");
    private static final Pattern SAVEPOINT = Pattern.compile("Path: (file:\\S+)");
    private static final int FAULTS = 16;

    @TempDir private static Path folder;
    private static LocalBroker broker;
    private static String brokers;
    private static FlinkCluster cluster;
    private static ClusterRest rest;

    @BeforeAll
    static void start() throws IOException {
        cluster = FlinkCluster.start(folder.resolve("flink"), 2);
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
        rest.awaitFreeSlots(2 * FlinkCluster.SLOTS);
        String jar = rest.upload(JobJar.path());
        try (FindingsTopic said = new FindingsTopic(brokers, sessions.prefix())) {
            String job = rest.run(jar, 2, "--bootstrap-servers", brokers);
            rest.awaitRunning(job);
            sessions.publish(brokers, 0, 0.5);
            said.awaitUntil(() -> !said.delivered.isEmpty());
            rest.awaitCheckpoints(job, 2);
            sessions.publish(brokers, 0.5, 0.6);
            String victim = rest.taskManagerOf(job, "rules");
            cluster.kill(victim);
            sessions.publish(brokers, 0.6, 1);
            said.awaitSummaries(sessions.count());
            assertSame(said, undisturbed, summaries);
            assertThat(rest.restores(job)).as("restored from a checkpoint").isPositive();
            rest.cancel(job);
            cluster.addTaskManager("another");
        }
    }

    /** A build with one more field in its state, and on two cores where it was on one. */
    @Test
    void shouldSayTheSameAfterASavepointAndAnUpgrade() throws Exception {
        Sessions sessions = sessions(0xB2);
        List<SessionSummary> summaries = new ArrayList<>();
        Set<Finding> undisturbed = sessions.judged(summaries);
        rest.awaitFreeSlots(2 * FlinkCluster.SLOTS);
        try (FindingsTopic said = new FindingsTopic(brokers, sessions.prefix())) {
            String job = match(JOB, run(JobJar.path(), "-p", "1"));
            rest.awaitRunning(job);
            sessions.publish(brokers, 0, 0.5);
            said.awaitUntil(() -> !said.delivered.isEmpty());
            String savepoints = folder.resolve("savepoints").toUri().toString();
            String savepoint = match(SAVEPOINT, cluster.cli("stop", "-p", savepoints, job));
            Path upgraded = JobJar.upgraded(folder);
            String next = match(JOB, run(upgraded, "-p", "2", "-s", savepoint));
            sessions.publish(brokers, 0.5, 1);
            said.awaitSummaries(sessions.count());
            assertSame(said, undisturbed, summaries);
            assertThat(said.delivered).as("exactly once").hasSameSizeAs(said.distinct());
            rest.cancel(next);
        }
    }

    private static String run(Path jar, String... flags) throws Exception {
        List<String> args = new ArrayList<>(List.of("run", "-d"));
        args.addAll(List.of(flags));
        args.addAll(List.of(jar.toString(), "--bootstrap-servers", brokers, "--exactly-once"));
        return cluster.cli(args.toArray(String[]::new));
    }

    private static String match(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        assertThat(m.find()).as("%s in %s", pattern, text).isTrue();
        return m.group(1);
    }
}
