package io.nvmetap.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class MetersTest {
    private final Meters meters = new Meters();

    private String exposed() throws IOException {
        return new String(meters.exposition(), StandardCharsets.UTF_8);
    }

    @Test
    void shouldExposeTheNameThatStandsInTheCatalogue() throws IOException {
        meters.counts(Metric.CAPTURE_EVENTS, () -> 7, "HEARTBEAT");
        meters.measures(Metric.CAPTURE_RING_USED, () -> 1.5);
        meters.timer(Metric.DASHBOARD_LOAD).record(Duration.ofMillis(30));
        assertThat(exposed())
                .contains("nvmetap_capture_events_total{kind=\"HEARTBEAT\"} 7.0\n")
                .contains("# TYPE nvmetap_capture_events_total counter\n")
                .contains("nvmetap_capture_ring_used_bytes 1.5\n")
                .contains("nvmetap_dashboard_capture_load_seconds_bucket{le=\"0.1\"} 1\n")
                .contains("nvmetap_dashboard_capture_load_seconds_count 1\n");
    }

    @Test
    void shouldReadAFigureWhenItIsAskedFor() throws IOException {
        long[] value = {1};
        meters.counts(Metric.CAPTURE_BYTES, () -> value[0]);
        assertThat(exposed()).contains("nvmetap_capture_bytes_total 1.0\n");
        value[0] = 2;
        assertThat(exposed()).contains("nvmetap_capture_bytes_total 2.0\n");
    }

    @Test
    void shouldEscapeALabelsValue() throws IOException {
        meters.counts(Metric.CAPTURE_EVENTS, () -> 1, "a\"b\\c\nd");
        assertThat(exposed()).contains("{kind=\"a\\\"b\\\\c\\nd\"} 1.0\n");
    }

    @Test
    void shouldLeaveOutWhatIsBeyondTheSeriesOfAMetric() throws IOException {
        for (int i = 0; i < Meters.SERIES_MAX + 3; i++) {
            meters.counts(Metric.CAPTURE_EVENTS, () -> 1, "k" + i);
        }
        long lines =
                Arrays.stream(exposed().split("\n"))
                        .filter(l -> l.startsWith("nvmetap_capture_events_total{"))
                        .count();
        assertThat(lines).isEqualTo(Meters.SERIES_MAX);
        assertThat(meters.leftOut()).isEqualTo(3);
    }

    @Test
    void shouldRefuseLabelsThatTheMetricDoesNotHave() {
        assertThatThrownBy(() -> meters.counts(Metric.CAPTURE_BYTES, () -> 1, "x"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldTellOfTheJvm() throws IOException {
        meters.bindJvm();
        assertThat(exposed()).contains("jvm_memory_used_bytes{", "process_uptime_seconds ");
    }
}
