package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.testkit.Recordings;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Kept recordings of a mediator written in C, by its tap. */
class TappedMediatorTest {
    private static final Path KEPT = Recordings.folder().resolve("taps");

    @ParameterizedTest
    @CsvSource({
        "sound, ''",
        "sqhd-not-translated, cqe-sqid-sqhd-not-translated MEDIATOR",
        "phase-first, torn-cqe-copyback MEDIATOR"
    })
    void shouldFindThePlantedFaultAndNothingElse(String name, String found) throws IOException {
        assertFound(KEPT.resolve(name + ".avro"), found);
    }

    static void assertFound(Path trace, String found) throws IOException {
        Recordings.Said said = Recordings.run(new FileRunner(), trace, "", "");
        if (found.isEmpty()) {
            assertThat(said.violated()).as(trace.toString()).isEmpty();
        } else {
            assertThat(said.violated()).as(trace.toString()).containsOnlyKeys(found);
        }
        assertThat(said.summaries).hasSize(1);
        assertThat(said.summaries.get(0).holds()).isGreaterThan(30);
    }
}
