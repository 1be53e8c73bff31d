package io.nvmetap.metrics;

import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** The option of every command that runs for long: figures of it for a Prometheus. */
public final class MetricsOption {
    /** Its name. */
    public static final String NAME = "--metrics";

    @Option(
            names = NAME,
            paramLabel = "PORT",
            description = "figures for a Prometheus on http://127.0.0.1:PORT/metrics; 0 any port")
    private Integer port;

    /**
     * @return the port, if figures are wanted
     */
    public OptionalInt port() {
        return port == null ? OptionalInt.empty() : OptionalInt.of(port);
    }
}
