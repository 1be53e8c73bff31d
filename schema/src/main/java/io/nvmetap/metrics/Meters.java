package io.nvmetap.metrics;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/**
 * The figures of this process. Who has a figure hands over a way to read it; it is read when
 * somebody asks, on the asker's thread, and costs nothing otherwise. Any thread.
 *
 * <p>Design note: a label is one of few values that are known beforehand. What a device or a peer
 * says never becomes one, and {@link #SERIES_MAX} holds should that be forgotten.
 */
public final class Meters implements AutoCloseable {
    /** Media type of {@link #exposition}. */
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    /** Label combinations of one metric; further ones are left out and counted. */
    public static final int SERIES_MAX = 512;

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(10)
    };

    private final PrometheusRegistry exposed = new PrometheusRegistry();
    private final PrometheusMeterRegistry registry =
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, exposed, Clock.SYSTEM);
    private final Map<Metric, Integer> series = new EnumMap<>(Metric.class);
    private long leftOut;

    /** Empty. */
    public Meters() {
        // The names stand in Metric as they are exposed; nothing is to be made of them.
        NamingConvention asTold = registry.config().namingConvention();
        registry.config()
                .namingConvention(
                        (name, type, unit) ->
                                name.startsWith(Metric.PREFIX)
                                        ? name
                                        : asTold.name(name, type, unit));
    }

    /**
     * Adds a counter.
     *
     * @param value never falls
     * @param labels values of the metric's labels, in their order
     */
    public void counts(Metric metric, LongSupplier value, String... labels) {
        if (admit(metric)) {
            FunctionCounter.builder(metric.registered(), value, LongSupplier::getAsLong)
                    .description(metric.meaning())
                    .tags(tags(metric, labels))
                    .register(registry);
        }
    }

    /** Adds a gauge; {@code labels} are values of the metric's labels, in their order. */
    public void measures(Metric metric, DoubleSupplier value, String... labels) {
        if (admit(metric)) {
            Gauge.builder(metric.registered(), value, DoubleSupplier::getAsDouble)
                    .description(metric.meaning())
                    .tags(tags(metric, labels))
                    .strongReference(true)
                    .register(registry);
        }
    }

    /**
     * A histogram of durations; the same one for the same labels.
     *
     * @param labels values of the metric's labels, in their order
     */
    public Timer timer(Metric metric, String... labels) {
        return Timer.builder(metric.registered())
                .description(metric.meaning())
                .tags(tags(metric, labels))
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    /** Adds what others measure: Kafka's clients, the JVM. */
    public void bind(MeterBinder others) {
        others.bindTo(registry);
    }

    /** Adds the JVM's memory, threads and uptime. */
    public void bindJvm() {
        bind(new JvmMemoryMetrics());
        bind(new JvmThreadMetrics());
        bind(new UptimeMetrics());
    }

    /** Adds families that come and go as a whole: those of Flink. */
    public void collect(MultiCollector families) {
        exposed.register(families);
    }

    private static Iterable<Tag> tags(Metric metric, String... values) {
        if (values.length != metric.labels().size()) {
            throw new IllegalArgumentException(metric + " has labels " + metric.labels());
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(metric.labels().get(i), values[i]);
        }
        return tags;
    }

    private synchronized boolean admit(Metric metric) {
        int now = series.merge(metric, 1, Integer::sum);
        if (now > SERIES_MAX) {
            leftOut++;
        }
        return now <= SERIES_MAX;
    }

    /** Series that did not fit. */
    synchronized long leftOut() {
        return leftOut;
    }

    /**
     * @return all figures of now, as Prometheus' text format
     */
    public byte[] exposition() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(16 * 1024);
        PrometheusTextFormatWriter.create()
                .write(out, exposed.scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        return out.toByteArray();
    }

    @Override
    public void close() {
        registry.close();
    }
}
