package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.testkit.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Boots that the reference driver recorded, and what is true of them. */
final class RecordedBoots {
    static final Path FRESH = Path.of("../capture-agent/target/boots");
    private static final String QUEUES = "number-of-queues-never-set GUEST";

    private RecordedBoots() {}

    static List<Path> in(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".avro")).sorted().toList();
        }
    }

    /**
     * All that is wrong in these boots is that OVMF and SeaBIOS never ask for a number of queues;
     * SeaBIOS does not take a controller of class 018002h for an NVMe one.
     */
    static void assertTrue(Path trace) throws IOException {
        Recordings.Said said = Recordings.run(new FileRunner(), trace, "", "");
        boolean firmwareDrives = !trace.toString().contains("ans2");
        assertThat(said.violated().keySet())
                .as(trace.toString())
                .isEqualTo(firmwareDrives ? Set.of(QUEUES) : Set.of());
        assertThat(said.summaries).hasSize(1);
    }
}
