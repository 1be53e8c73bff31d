package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.testkit.RealPrometheus;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MetricsITCase {
    private static final Path PROMETHEUS = Path.of("prometheus");
    @TempDir private Path folder;

    @Test
    void dump() throws Exception {
        long t0 = System.nanoTime();
        try (LiveRun run = new LiveRun(folder);
                RealPrometheus prometheus =
                        RealPrometheus.start(
                                PROMETHEUS,
                                run.targets(),
                                Files.createDirectory(folder.resolve("prometheus")))) {
            System.out.println("up " + (System.nanoTime() - t0) / 1e9);
            prometheus.await("scraped", 60_000, () -> prometheus.query("up == 1").size() == 5);
            prometheus.await(
                    "judged",
                    60_000,
                    () ->
                            prometheus
                                            .query(
                                                    "sum(flink_taskmanager_job_task_operator_nvmetap_judged_events)"
                                                            + " > 10")
                                            .size()
                                    == 1);
            System.out.println("judged " + (System.nanoTime() - t0) / 1e9);
            run.machine().readUntilSilence(250_000_000);
            prometheus.await(
                    "found",
                    60_000,
                    () ->
                            prometheus
                                            .query(
                                                    "flink_taskmanager_job_task_operator_nvmetap_rule_severity_owner_findings")
                                            .size()
                                    > 0);
            System.out.println("found " + (System.nanoTime() - t0) / 1e9);
            for (var t : run.targets().entrySet()) {
                for (String a : t.getValue()) {
                    String body =
                            HttpClient.newHttpClient()
                                    .send(
                                            HttpRequest.newBuilder(
                                                            URI.create("http://" + a + "/metrics"))
                                                    .build(),
                                            HttpResponse.BodyHandlers.ofString())
                                    .body();
                    Files.writeString(
                            Path.of("/tmp/wm/" + t.getKey() + "-" + a.replace(':', '_') + ".txt"),
                            body);
                }
            }
            assertThat(prometheus.alerts()).isNotNull();
        }
        System.out.println("down " + (System.nanoTime() - t0) / 1e9);
    }
}
