package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.rig.Rig;
import io.nvmetap.rig.RigTools;
import io.nvmetap.rig.ToolSet;
import java.io.IOException;
import java.nio.file.Path;

/** Other people's programs for tests: fetched once into the user's cache. */
public final class RealTool {
    private RealTool() {}

    /**
     * @param set which
     * @param name program of the set
     * @return a file that runs it; without it the test is skipped, and fails where CI=true
     */
    public static Path require(ToolSet set, String name) throws IOException {
        Path cache = Rig.defaultCache(System.getenv(), System.getProperty("user.home"));
        try {
            return RigTools.fetch(cache, set, line -> {}).program(name);
        } catch (CliFailure e) {
            String why = "no " + name + ": " + e.getMessage();
            return "true".equals(System.getenv("CI")) ? fail(why) : abort(why);
        }
    }
}
