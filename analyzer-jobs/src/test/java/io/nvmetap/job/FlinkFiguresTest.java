package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.metrics.Meters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class FlinkFiguresTest {
    private final FlinkFigures figures = new FlinkFigures();

    /** A group of Flink's with a scope, and with groups in it that tell of their counters. */
    private final class Group extends UnregisteredMetricsGroup implements LogicalScopeProvider {
        private final String scope;
        private final Map<String, String> variables;

        Group(String scope, Map<String, String> variables) {
            this.scope = scope;
            this.variables = variables;
        }

        @Override
        public String getLogicalScope(CharacterFilter filter) {
            return getLogicalScope(filter, '.');
        }

        @Override
        public String getLogicalScope(CharacterFilter filter, char delimiter) {
            return filter.filterCharacters(scope.replace('.', delimiter));
        }

        @Override
        public MetricGroup getWrappedMetricGroup() {
            return this;
        }

        @Override
        public Map<String, String> getAllVariables() {
            return variables;
        }

        @Override
        public Counter counter(String name) {
            Counter counter = new SimpleCounter();
            figures.add(counter, name, this);
            return counter;
        }

        @Override
        public MetricGroup addGroup(String name) {
            return new Group(scope + "." + name, variables);
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            Map<String, String> more = new HashMap<>(variables);
            more.put("<" + key + ">", value);
            return new Group(scope + "." + key, more);
        }
    }

    private Group operator() {
        return new Group(
                "taskmanager.job.task.operator",
                Map.of("<subtask_index>", "0", "<task_attempt_id>", "f00", "<host>", "h"));
    }

    private String told() throws IOException {
        try (Meters meters = new Meters()) {
            meters.collect(figures);
            return new String(meters.exposition(), StandardCharsets.UTF_8);
        }
    }

    private static Finding finding(String rule, Verdict verdict) {
        return new Finding(
                "id",
                "session",
                rule,
                verdict,
                Severity.ERROR,
                Party.CONTROLLER,
                0,
                1,
                1,
                7,
                1,
                2,
                0,
                "",
                "",
                List.of(),
                "",
                "",
                List.of());
    }

    @Test
    void shouldCountFindingsByRuleSeverityAndOwner() throws IOException {
        JobMetrics metrics = new JobMetrics(operator());
        metrics.found(finding("command-stall", Verdict.VIOLATED));
        metrics.found(finding("command-stall", Verdict.VIOLATED));
        metrics.found(finding("command-stall", Verdict.HOLDS));
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
        figures.add(gauge, "records-lag.max", new Group("a", Map.of("<topic-id>", "x\"y")));
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
