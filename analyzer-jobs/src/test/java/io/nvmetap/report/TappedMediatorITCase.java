package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nvmetap.finding.SessionSummary;
import io.nvmetap.testkit.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
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
        require(trace);
        TappedMediatorTest.assertFound(trace, found);
    }

    @Test
    void shouldAccuseNobodyAcrossLosses() throws IOException {
        Path trace = FRESH.resolve("lossy.avro");
        require(trace);
        Recordings.Said said = Recordings.run(new FileRunner(), trace, "", "");
        assertThat(said.violated()).isEmpty();
        SessionSummary summary = said.summaries.get(0);
        assertThat(summary.lost()).isGreaterThan(1_000);
        assertThat(summary.unknown()).isGreaterThan(summary.holds());
    }

    private static void require(Path trace) {
        boolean there = Files.exists(trace);
        if (!there && "true".equals(System.getenv("CI"))) {
            fail("capture-agent's AgentTransportITCase left no " + trace);
        } else if (!there) {
            abort("no tap was recorded in this build");
        }
    }
}
