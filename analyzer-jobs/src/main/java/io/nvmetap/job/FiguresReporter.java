package io.nvmetap.job;

import io.nvmetap.metrics.Meters;
import io.nvmetap.metrics.MetricsOption;
import io.nvmetap.metrics.MetricsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;

/**
 * Flink's figures for a Prometheus on the loopback interface. Flink's own reporter listens on all
 * interfaces and cannot be told otherwise (docs/metrics.md says when to take it).
 */
public final class FiguresReporter implements MetricReporter {
    private static final String NAME = "metrics.reporter.nvmetap.";
    private static final String PORT = "port";

    private final FlinkFigures figures = new FlinkFigures();
    private final Meters meters = new Meters();
    private MetricsServer server;

    /**
     * Has a Flink process use it.
     *
     * @param conf of the process
     * @param port on which it answers
     */
    static void configure(Configuration conf, int port) {
        conf.setString(NAME + "factory.class", FiguresReporterFactory.class.getName());
        conf.setString(NAME + PORT, Integer.toString(port));
    }

    @Override
    public void open(MetricConfig config) {
        meters.collect(figures);
        try {
            int port = Integer.parseInt(config.getString(PORT, "0"));
            server = MetricsServer.start(meters, port, MetricsOption.NAME);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        meters.close();
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        figures.add(metric, name, group);
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        figures.remove(metric);
    }
}
