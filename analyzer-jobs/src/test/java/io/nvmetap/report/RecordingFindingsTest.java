package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.testkit.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is said of real boots: the true oddities, and not a word more. */
class RecordingFindingsTest {
    private static final String QUEUES = "number-of-queues-never-set GUEST";
    private static final String STALL = "command-stall CONTROLLER";

    /** Enables of firmware that never asks; throttled disks stall. Everything else is healthy. */
    private static final Map<String, Map<String, Integer>> TRUE_FINDINGS =
            Map.ofEntries(
                    Map.entry("linux-6.1-slow-throttle-timeouts", Map.of(QUEUES, 1, STALL, 3)),
                    Map.entry("linux-6.1-two-controllers", Map.of()),
                    Map.entry("ovmf-2022.11-disconnect-connect", Map.of(QUEUES, 11)),
                    Map.entry("ovmf-2022.11-linux-6.1-warm-reboot", Map.of(QUEUES, 2)),
                    Map.entry("ovmf-2022.11-reconnect", Map.of(QUEUES, 5)),
                    Map.entry("ovmf-2022.11-slow-timeouts", Map.of(QUEUES, 14, STALL, 13)),
                    Map.entry("uboot-2025.01-nvme", Map.of()));

    @TempDir private Path folder;

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(Recordings.folder())) {
            return files.map(f -> f.getFileName().toString())
                    .filter(n -> n.endsWith(".log.gz"))
                    .map(n -> n.substring(0, n.length() - ".log.gz".length()))
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void shouldSayOnlyWhatIsTrueOfARealBoot(String name) throws IOException {
        Path trace = folder.resolve("t.avro");
        String session = Recordings.importTo(Recordings.log(name), trace);
        Recordings.Said said = Recordings.run(new FileRunner(), trace, "", session);
        assertThat(said.violated()).isEqualTo(TRUE_FINDINGS.getOrDefault(name, Map.of(QUEUES, 1)));
        assertThat(said.summaries).hasSize(1);
        assertThat(said.delivered).isEqualTo(said.findings.size());
    }
}
