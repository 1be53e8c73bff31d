package io.nvmetap.job;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.metrics.CharacterFilter;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.LogicalScopeProvider;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;

/**
 * What Flink, its Kafka connector and our operator count, under the names that Flink's own
 * Prometheus reporter gives them, so that rules and panels fit both. Labels that are new with each
 * attempt or process are left out, histograms too. Any thread.
 */
final class FlinkFigures implements MultiCollector {
    /** Figures at once; a further one is left out. */
    static final int FIGURES_MAX = 20_000;

    private static final CharacterFilter NAME = s -> s.replaceAll("[^a-zA-Z0-9:_]", "_");

    private static final Set<String> UNBOUNDED =
            Set.of(
                    "host",
                    "tm_id",
                    "job_id",
                    "task_id",
                    "task_attempt_id",
                    "task_attempt_num",
                    "operator_id");

    private record Place(String name, Labels labels) {}

    private final Map<Metric, Place> places = new ConcurrentHashMap<>();

    void add(Metric metric, String name, MetricGroup group) {
        if (places.size() < FIGURES_MAX) {
            String scope = LogicalScopeProvider.castFrom(group).getLogicalScope(NAME, '_');
            String whole = "flink_" + scope + "_" + NAME.filterCharacters(name);
            places.put(metric, new Place(whole, labels(group.getAllVariables())));
        }
    }

    void remove(Metric metric) {
        places.remove(metric);
    }

    private static Labels labels(Map<String, String> variables) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        new TreeMap<>(variables)
                .forEach(
                        (variable, value) -> {
                            String name = NAME.filterCharacters(variable.replaceAll("[<>]", ""));
                            if (!UNBOUNDED.contains(name) && !names.contains(name)) {
                                names.add(name);
                                values.add(value);
                            }
                        });
        return Labels.of(names, values);
    }

    @Override
    public MetricSnapshots collect() {
        Map<String, Map<Labels, Double>> families = new TreeMap<>();
        // An attempt that is being let go may still stand beside its successor: one of them counts.
        places.forEach(
                (metric, place) ->
                        value(metric)
                                .ifPresent(
                                        v ->
                                                families.computeIfAbsent(
                                                                place.name(),
                                                                n -> new LinkedHashMap<>())
                                                        .merge(place.labels(), v, Math::max)));
        List<MetricSnapshot> snapshots = new ArrayList<>();
        families.forEach((name, points) -> snapshots.add(family(name, points)));
        return new MetricSnapshots(snapshots);
    }

    private static MetricSnapshot family(String name, Map<Labels, Double> points) {
        List<GaugeDataPointSnapshot> data = new ArrayList<>();
        points.forEach((labels, v) -> data.add(new GaugeDataPointSnapshot(v, labels, null)));
        return new GaugeSnapshot(new MetricMetadata(name), data);
    }

    private static OptionalDouble value(Metric metric) {
        if (metric instanceof Counter c) {
            return OptionalDouble.of(c.getCount());
        }
        if (metric instanceof Meter m) {
            return OptionalDouble.of(m.getRate());
        }
        if (metric instanceof Gauge<?> g) {
            return number(g);
        }
        return OptionalDouble.empty();
    }

    private static OptionalDouble number(Gauge<?> gauge) {
        try {
            Object value = gauge.getValue();
            if (value instanceof Boolean b) {
                return OptionalDouble.of(b ? 1 : 0);
            }
            return value instanceof Number n
                    ? OptionalDouble.of(n.doubleValue())
                    : OptionalDouble.empty();
        } catch (RuntimeException notNow) {
            // Somebody else's gauge, of a part that is being closed.
            return OptionalDouble.empty();
        }
    }
}
