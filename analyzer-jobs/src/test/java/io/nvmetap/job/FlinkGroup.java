package io.nvmetap.job;

import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/**
 * A group as Flink has them: a scope, variables, groups in it; a reporter hears of its counters.
 */
final class FlinkGroup extends UnregisteredMetricsGroup implements LogicalScopeProvider {
    /** Who hears of a new figure. */
    interface Reporter {
        void added(Metric metric, String name, MetricGroup group);
    }

    private final Reporter reporter;
    private final String scope;
    private final Map<String, String> variables;

    FlinkGroup(Reporter reporter, String scope, Map<String, String> variables) {
        this.reporter = reporter;
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
        reporter.added(counter, name, this);
        return counter;
    }

    @Override
    public MetricGroup addGroup(String name) {
        return new FlinkGroup(reporter, scope + "." + name, variables);
    }

    @Override
    public MetricGroup addGroup(String key, String value) {
        Map<String, String> more = new HashMap<>(variables);
        more.put("<" + key + ">", value);
        return new FlinkGroup(reporter, scope + "." + key, more);
    }
}
