package io.nvmetap.finding;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/**
 * The rules over a trace file, for commands of modules that do not know the rules: who has them on
 * the class path offers them as a service (META-INF/services).
 */
public interface TraceRules {
    /**
     * Judges a trace file, all rules, default thresholds.
     *
     * @param trace a trace file that is complete
     * @param findings gets every finding, HOLDS and UNKNOWN too
     * @throws IOException if it cannot be read
     */
    void judge(Path trace, Consumer<Finding> findings) throws IOException;

    /** The rules, if somebody on the class path has them. */
    static Optional<TraceRules> present() {
        return ServiceLoader.load(TraceRules.class).findFirst();
    }
}
