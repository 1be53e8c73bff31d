package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.mediator.DriverSpec;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A recording by the tap of a mediator in C is driven again like any other. */
class TapReplayTest {
    private static final Path SOUND =
            Path.of("../capture-agent/src/test/recordings/taps/sound.avro");

    @Test
    void shouldReplayTheSameIntoTheReferenceDriver() throws IOException {
        BootRecordings.assertSame(SOUND);
    }

    @Test
    void shouldTellABrokenBuild() throws IOException {
        DriverSpec broken = DriverSpec.parse("reference:fault=cqe-sqid-sqhd-not-translated");
        Verdict verdict = BootRecordings.replay(BootRecordings.plan(SOUND), broken);
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        assertThat(verdict.divergence().map(Divergence::sentence).orElseThrow()).contains("SQHD");
    }
}
