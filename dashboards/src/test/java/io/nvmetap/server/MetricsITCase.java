package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.metrics.Metric;
import io.nvmetap.testkit.Exposition;
import io.nvmetap.testkit.Panels;
import io.nvmetap.testkit.RealPrometheus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus with the project's rules scrapes a live run in which one thing after another
 * goes wrong.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MetricsITCase {
    private static final Path SOURCE = Path.of("prometheus");
    private static final Path GRAFANA = Path.of("grafana", "dashboards");

    /** A hang bound: what is waited for comes within a few seconds. */
    private static final long WAIT_MS = 60_000;

    @TempDir private Path folder;
    private LiveRun run;
    private RealPrometheus prometheus;
    private PlantedFaults faults;
    private final Set<String> fired = new TreeSet<>();

    @BeforeEach
    void start() throws Exception {
        RealPrometheus.require();
        run = new LiveRun(folder);
        Path place = Files.createDirectory(folder.resolve("prometheus"));
        prometheus = RealPrometheus.start(SOURCE, run.targets(), place);
        faults = new PlantedFaults(run);
        prometheus.await("all targets answer", WAIT_MS, () -> data("up == 1") == 5);
        prometheus.await(
                "the rules have seen events", WAIT_MS, () -> data(judged() + " > 10") == 1);
        prometheus.await(
                "checkpoints",
                WAIT_MS,
                () -> data("flink_jobmanager_job_numberOfCompletedCheckpoints > 2") == 1);
    }

    @AfterEach
    void stop() throws Exception {
        if (prometheus != null) {
            prometheus.close();
        }
        if (run != null) {
            run.close();
        }
    }

    private static String judged() {
        return "sum(" + Metric.JOB_JUDGED.exposedName() + ")";
    }

    private int data(String query) {
        return prometheus.query(query).size();
    }

    private void awaitAlerts(String... names) {
        Set<String> wanted = Set.of(names);
        prometheus.await(
                () -> "alerts " + wanted + "; fired so far " + fired,
                WAIT_MS,
                () -> {
                    fired.addAll(prometheus.firing());
                    return fired.containsAll(wanted);
                });
    }

    @Test
    void shouldFireEachAlertOnItsFaultAndHaveDataForEachPanel() throws Exception {
        prometheus.await("nothing is wrong", WAIT_MS, () -> prometheus.firing().isEmpty());
        faults.stall();
        awaitAlerts("NvmetapFinding", "NvmetapStallOpen");
        faults.junk();
        faults.oddTaps();
        faults.fillSpool();
        faults.askTooMuch();
        faults.blockTopic();
        awaitAlerts("NvmetapTapFramesRefused", "NvmetapTapsRefused", "NvmetapSpoolFilling");
        awaitAlerts("NvmetapDeadLetters", "NvmetapEventsLost", "NvmetapDashboardFails");
        awaitAlerts("NvmetapRingFilling", "NvmetapCaptureSilent");
        faults.freeTopic();
        shouldTellWhatTheCatalogueSays();
        shouldHaveDataForEachPanel();
        faults.failJob();
        awaitAlerts("NvmetapJobRestarts", "NvmetapCheckpointsFail");
        faults.healJob();
        awaitAlerts("NvmetapJobBehind");
        faults.endAll();
        awaitAlerts("NvmetapTargetDown", "NvmetapBrokerAway");
        awaitAlerts("NvmetapProducerErrors", "NvmetapSinkRefuses");
        assertThat(fired).as("every alert rule").isEqualTo(prometheus.alerts());
    }

    /** Names, types and labels of all that is told, and nothing of nvmetap's beside them. */
    private void shouldTellWhatTheCatalogueSays() throws Exception {
        Exposition told = new Exposition();
        for (Set<String> targets : run.targets().values()) {
            for (String target : targets) {
                told.add(target);
            }
        }
        Map<String, String> catalogue = new TreeMap<>();
        for (Metric m : Metric.values()) {
            catalogue.put(m.exposedName(), m.kind().exposed());
            assertThat(told.labels(m.exposedName()))
                    .as(m.exposedName())
                    .containsAll(m.labels())
                    .hasSizeLessThanOrEqualTo(m.labels().size() + 4);
        }
        Map<String, String> ours = new TreeMap<>(told.types());
        ours.keySet().removeIf(name -> !name.contains("nvmetap_") || name.endsWith("_max"));
        assertThat(ours).isEqualTo(catalogue);
    }

    private void shouldHaveDataForEachPanel() throws Exception {
        for (Map.Entry<String, String> q : Panels.queries(GRAFANA).entrySet()) {
            prometheus.await(
                    q.getKey() + ": " + q.getValue(), WAIT_MS, () -> data(q.getValue()) > 0);
        }
    }
}
