package io.nvmetap.job;

import java.util.Properties;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Makes a {@link FiguresReporter}; found by Flink as a service. */
public final class FiguresReporterFactory implements MetricReporterFactory {
    @Override
    public FiguresReporter createMetricReporter(Properties properties) {
        return new FiguresReporter();
    }
}
