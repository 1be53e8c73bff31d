package io.nvmetap.export.perfetto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.cli.CliFailure;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.FindingJson;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FindingLinesTest {
    @TempDir Path folder;

    @Test
    void shouldReadWhatAnalyzeWrites() throws IOException {
        Finding f =
                new Finding(
                        "id",
                        "s",
                        "rule",
                        Verdict.VIOLATED,
                        Severity.ERROR,
                        Party.GUEST,
                        1,
                        2,
                        3,
                        4,
                        5,
                        6,
                        7,
                        "title",
                        "why",
                        List.of(5L, 6L),
                        "clause",
                        "remedy",
                        List.of());
        SessionSummary summary = new SessionSummary("s", 1, 0, 1, 0, 0, List.of(), List.of());
        Path file = folder.resolve("f");
        Files.write(file, List.of(FindingJson.line(f), FindingJson.line(summary)));
        assertThat(FindingLines.read(file))
                .containsExactly(
                        new FindingLines.Mark(
                                "rule",
                                "ERROR",
                                "GUEST",
                                1,
                                5,
                                6,
                                7,
                                "title",
                                "why",
                                "clause",
                                "remedy",
                                List.of(5L, 6L)));
    }

    @Test
    void shouldRefuseMoreFindingsThanAnybodyLooksAt() throws IOException {
        Path file = folder.resolve("f");
        String line = "{\"verdict\":\"VIOLATED\"}";
        Files.write(file, Collections.nCopies(FindingLines.FINDINGS_MAX, line));
        assertThat(FindingLines.read(file)).hasSize(FindingLines.FINDINGS_MAX);
        Files.write(file, Collections.nCopies(FindingLines.FINDINGS_MAX + 1, line));
        assertThatThrownBy(() -> FindingLines.read(file))
                .isInstanceOf(CliFailure.class)
                .hasMessageContaining("over 100,000 findings");
    }

    @Test
    void shouldRefuseAFileTooLargeAndAnythingElse() throws IOException {
        Path file = folder.resolve("f");
        try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
            f.setLength(FindingLines.FILE_BYTES_MAX + 1);
        }
        assertThatThrownBy(() -> FindingLines.read(file)).hasMessageContaining("over 64 MiB");
        for (String bad :
                List.of("7", "{", "{\"timeNs\":99999999999999999999}", "[".repeat(5000))) {
            Files.writeString(file, bad);
            assertThatThrownBy(() -> FindingLines.read(file)).isInstanceOf(CliFailure.class);
        }
    }
}
