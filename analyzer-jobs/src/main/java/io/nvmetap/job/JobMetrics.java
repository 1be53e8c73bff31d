package io.nvmetap.job;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Verdict;
import io.nvmetap.metrics.Metric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;

/** Figures of one task of the rules, in Flink's hands. One thread, as the task. */
final class JobMetrics {
    private static final String GROUP = "nvmetap";

    private final MetricGroup group;
    private final Counter judged;
    private final Counter dead;
    private final Counter unknown;
    private final Counter started;
    private final Counter ended;
    private final Map<List<String>, Counter> findings = new HashMap<>();

    /**
     * @param operator group of the operator
     */
    JobMetrics(MetricGroup operator) {
        group = operator.addGroup(GROUP);
        judged = counter(Metric.JOB_JUDGED);
        dead = counter(Metric.JOB_DEAD_LETTERS);
        unknown = counter(Metric.JOB_UNKNOWN);
        started = counter(Metric.JOB_SESSIONS_STARTED);
        ended = counter(Metric.JOB_SESSIONS_ENDED);
    }

    private Counter counter(Metric metric) {
        return group.counter(metric.lastName());
    }

    void judged() {
        judged.inc();
    }

    void dead() {
        dead.inc();
    }

    void started() {
        started.inc();
    }

    void ended() {
        ended.inc();
    }

    /** Labels are the rules', severities' and parties' own names: as many as there are. */
    void found(Finding f) {
        if (f.verdict() != Verdict.VIOLATED) {
            return;
        }
        List<String> labels = List.of(f.rule(), f.severity().name(), f.owner().name());
        findings.computeIfAbsent(labels, this::findings).inc();
    }

    private Counter findings(List<String> labels) {
        MetricGroup inner = group;
        for (int i = 0; i < labels.size(); i++) {
            inner = inner.addGroup(Metric.JOB_FINDINGS.labels().get(i), labels.get(i));
        }
        return inner.counter("findings");
    }

    void summary(SessionSummary s) {
        unknown.inc(s.unknown());
    }
}
