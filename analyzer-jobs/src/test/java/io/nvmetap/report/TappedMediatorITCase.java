package io.nvmetap.report;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What capture-agent's tests recorded of the mediator in C, through the agent, in this build. */
class TappedMediatorITCase {
    private static final Path FRESH = Path.of("../capture-agent/target/taps");

    @ParameterizedTest
    @CsvSource({
        "fault-0, ''",
        "fault-1, cqe-sqid-sqhd-not-translated MEDIATOR",
        "fault-2, torn-cqe-copyback MEDIATOR"
    })
    void shouldFindThePlantedFaultAndNothingElse(String name, String found) throws IOException {
        Path trace = FRESH.resolve(name + ".avro");
        if (Files.exists(trace)) {
            TappedMediatorTest.assertFound(trace, found);
        } else if ("true".equals(System.getenv("CI"))) {
            fail("capture-agent's AgentTransportITCase left no " + trace);
        } else {
            abort("no tap was recorded in this build");
        }
    }
}
