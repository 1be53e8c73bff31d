package io.nvmetap.metrics;

import java.io.IOException;
import java.util.OptionalInt;
import java.util.function.Consumer;
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

    /**
     * Starts to answer, if wanted.
     *
     * @param meters what is told
     * @param say told where
     * @return to be closed at the end
     */
    public Served serve(Meters meters, Consumer<String> say) throws IOException {
        if (port == null) {
            return meters::close;
        }
        MetricsServer server = MetricsServer.start(meters, port, NAME);
        say.accept("metrics on " + server.address());
        return () -> {
            server.close();
            meters.close();
        };
    }

    /** To be closed at the end. */
    public interface Served extends AutoCloseable {
        @Override
        void close();
    }
}
