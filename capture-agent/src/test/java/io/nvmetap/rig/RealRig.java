package io.nvmetap.rig;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nvmetap.cli.CliFailure;
import java.io.IOException;
import java.nio.file.Path;

/** The rig for tests that run real parts: fetched once into the user's cache. */
public final class RealRig {
    private RealRig() {}

    /**
     * @return the rig; without one the test is skipped, and fails where CI=true
     */
    public static Rig require() throws IOException {
        Path cache = Rig.defaultCache(System.getenv(), System.getProperty("user.home"));
        try {
            return Rig.fetch(cache, line -> {});
        } catch (CliFailure e) {
            return absent(e);
        }
    }

    /**
     * @return a set of tools; without one the test is skipped, and fails where CI=true
     */
    public static RigTools require(ToolSet set) throws IOException {
        Path cache = Rig.defaultCache(System.getenv(), System.getProperty("user.home"));
        try {
            return RigTools.fetch(cache, set, line -> {});
        } catch (CliFailure e) {
            return absent(e);
        }
    }

    /** Skips the test, or fails it where CI=true. */
    static <T> T absent(CliFailure why) {
        if ("true".equals(System.getenv("CI"))) {
            return fail("no rig: " + why.getMessage());
        }
        return abort("no rig: " + why.getMessage());
    }
}
