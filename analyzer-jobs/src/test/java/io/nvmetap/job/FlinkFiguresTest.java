package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.finding.Verdict;
import io.nvmetap.metrics.Meters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Metric;
import org.junit.jupiter.api.Test;

class FlinkFiguresTest {
    private final FlinkFigures figures = new FlinkFigures();

    private FlinkGroup operator() {
        return new FlinkGroup(
                figures::add,
                "taskmanager.job.task.operator",
                Map.of("<subtask_index>", "0", "<task_attempt_id>", "f00", "<host>", "h"));
    }

    private String told() throws IOException {
        try (Meters meters = new Meters()) {
            meters.collect(figures);
            return new String(meters.exposition(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldCountFindingsByRuleSeverityAndOwner() throws IOException {
        JobMetrics metrics = new JobMetrics(operator());
        metrics.found(SomeFinding.of("command-stall", Verdict.VIOLATED));
        metrics.found(SomeFinding.of("command-stall", Verdict.VIOLATED));
        metrics.found(SomeFinding.of("command-stall", Verdict.HOLDS));
        assertThat(told())
                .contains(
                        "flink_taskmanager_job_task_operator_nvmetap_rule_severity_owner_findings"
                                + "{owner=\"CONTROLLER\",rule=\"command-stall\","
                                + "severity=\"ERROR\",subtask_index=\"0\"} 2.0\n");
    }

    @Test
    void shouldTellNoLabelThatIsNewWithEachAttempt() throws IOException {
        new JobMetrics(operator()).judged();
        assertThat(told())
                .contains(
                        "flink_taskmanager_job_task_operator_nvmetap_judged_events"
                                + "{subtask_index=\"0\"} 1.0\n")
                .doesNotContain("f00");
    }

    @Test
    void shouldEscapeAndRenameWhatOthersCallTheirFigures() throws IOException {
        Metric gauge = (Gauge<Long>) () -> 3L;
        figures.add(
                gauge,
                "records-lag.max",
                new FlinkGroup(figures::add, "a", Map.of("<topic-id>", "x\"y")));
        assertThat(told()).contains("flink_a_records_lag_max{topic_id=\"x\\\"y\"} 3.0\n");
    }

    @Test
    void shouldLeaveOutAGaugeThatCannotBeReadNow() throws IOException {
        Metric broken =
                (Gauge<Long>)
                        () -> {
                            throw new IllegalStateException("closed");
                        };
        Metric text = (Gauge<String>) () -> "words";
        figures.add(broken, "broken", operator());
        figures.add(text, "text", operator());
        assertThat(told()).doesNotContain("broken", "text");
    }

    @Test
    void shouldTellOneOfTwoAttemptsAndForgetWhatIsGone() throws IOException {
        Counter before = operator().counter("n");
        Counter after = operator().counter("n");
        before.inc(4);
        after.inc(1);
        assertThat(told()).contains("n{subtask_index=\"0\"} 4.0\n");
        figures.remove(before);
        assertThat(told()).contains("n{subtask_index=\"0\"} 1.0\n");
    }

    @Test
    void shouldHaveABound() {
        for (int i = 0; i <= FlinkFigures.FIGURES_MAX; i++) {
            operator().counter("c" + i);
        }
        assertThat(figures.collect().size()).isEqualTo(FlinkFigures.FIGURES_MAX);
    }
}
