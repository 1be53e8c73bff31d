package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.EventKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recording of a real boot, whole. */
class RecordingsTest {
    static Stream<Path> recordings() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/recordings"))) {
            List<Path> logs = files.filter(f -> f.toString().endsWith(".log.gz")).sorted().toList();
            assertThat(logs).hasSizeGreaterThanOrEqualTo(21);
            return logs.stream();
        }
    }

    private static Map<String, Long> rawCounts(Path log) throws IOException {
        Map<String, Long> counts = new java.util.HashMap<>();
        LogLine l = new LogLine();
        try (LogLines in = LogLines.open(log)) {
            for (String text = in.next(); text != null; text = in.next()) {
                l.parse(text);
                counts.merge(l.event, 1L, Long::sum);
            }
        }
        return counts;
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void shouldImportEveryLineOfARealBoot(Path log) throws IOException {
        Map<EventKind, Long> made = new EnumMap<>(EventKind.class);
        long[] last = {-1, 0};
        ImportReport report =
                QemuLogImporter.run(
                        log,
                        "",
                        e -> {
                            made.merge(e.kind, 1L, Long::sum);
                            assertThat(e.seq).isEqualTo(last[0] + 1);
                            assertThat(e.timeNs).isGreaterThanOrEqualTo(last[1]);
                            last[0] = e.seq;
                            last[1] = e.timeNs;
                        });
        Map<String, Long> raw = rawCounts(log);
        assertThat(report.unparsed()).isEmpty();
        assertThat(made.get(EventKind.COMMAND_EMITTED))
                .isEqualTo(
                        raw.getOrDefault("pci_nvme_io_cmd", 0L)
                                + raw.getOrDefault("pci_nvme_admin_cmd", 0L));
        assertThat(made.get(EventKind.COMPLETION_SEEN) + report.ghosts())
                .isEqualTo(raw.get("pci_nvme_enqueue_req_completion"));
        assertThat(made.get(EventKind.DOORBELL_RUNG) + made.get(EventKind.REGISTER_WRITTEN))
                .isEqualTo(raw.get("pci_nvme_mmio_write"));
        assertThat(report.mixedControllers().isEmpty())
                .as(report.mixedControllers())
                .isEqualTo(!log.toString().contains("two-controllers"));
        assertThat(report.drivers()).doesNotContain("unknown");
    }
}
