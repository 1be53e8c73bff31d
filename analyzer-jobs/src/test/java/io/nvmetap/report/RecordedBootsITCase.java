package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The boots that this build itself recorded. */
class RecordedBootsITCase {
    @Test
    void shouldNameTheFirmwaresOmissionAndNothingElse() throws IOException {
        boolean there = Files.isDirectory(RecordedBoots.FRESH);
        assertThat(there || !"true".equals(System.getenv("CI")))
                .as("capture-agent's BootITCase leaves its recordings in " + RecordedBoots.FRESH)
                .isTrue();
        assumeTrue(there, "no boot was recorded in this build");
        for (Path trace : RecordedBoots.in(RecordedBoots.FRESH)) {
            RecordedBoots.assertTrue(trace);
        }
    }
}
