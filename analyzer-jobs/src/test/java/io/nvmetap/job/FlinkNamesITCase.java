package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.cli.LoopbackHttp;
import io.nvmetap.finding.Verdict;
import io.nvmetap.metrics.Meters;
import io.nvmetap.metrics.Metric;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Flink's own reporter, as a cluster has it, beside ours: the same names. */
@Timeout(60)
class FlinkNamesITCase {
    private static final Map<String, String> OPERATOR =
            Map.of("<job_name>", "nvmetap analyze", "<subtask_index>", "0");

    /** Samples, the labels of each in the order of their names. */
    private static Set<String> samples(String text) {
        Set<String> samples = new TreeSet<>();
        for (String line : text.split("\n")) {
            int from = line.indexOf('{');
            int to = line.lastIndexOf('}');
            if (from > 0) {
                List<String> labels = Arrays.asList(line.substring(from + 1, to).split(","));
                Collections.sort(labels);
                samples.add(line.substring(0, from) + labels + line.substring(to + 1));
            }
        }
        return samples;
    }

    private static void count(FlinkGroup.Reporter reporter) {
        FlinkGroup operator = new FlinkGroup(reporter, "taskmanager.job.task.operator", OPERATOR);
        JobMetrics metrics = new JobMetrics(operator);
        metrics.judged();
        metrics.found(SomeFinding.of("command-stall", Verdict.VIOLATED));
        reporter.added((Gauge<Integer>) () -> 3, "records-lag-max", operator);
    }

    @Test
    void shouldGiveTheNamesThatFlinksOwnReporterGives() throws Exception {
        int port = LoopbackHttp.free(0, "port");
        MetricConfig config = new MetricConfig();
        config.setProperty("port", Integer.toString(port));
        // As docs/metrics.md asks for: a rule's name as it is.
        config.setProperty("filterLabelValueCharacters", "false");
        MetricReporter theirs = new PrometheusReporterFactory().createMetricReporter(config);
        FlinkFigures ours = new FlinkFigures();
        try (Meters meters = new Meters()) {
            theirs.open(config);
            count(theirs::notifyOfAddedMetric);
            count(ours::add);
            meters.collect(ours);
            URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
            String told =
                    HttpClient.newHttpClient()
                            .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                            .body();
            assertThat(samples(new String(meters.exposition(), StandardCharsets.UTF_8)))
                    .isEqualTo(samples(told))
                    .anyMatch(l -> l.startsWith(Metric.JOB_FINDINGS.exposedName()));
        } finally {
            theirs.close();
        }
    }
}
