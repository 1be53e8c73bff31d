package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every recording of a real boot, whole. */
class RecordingsTest {
    static Stream<Path> recordings() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("src/test/recordings"))) {
            List<Path> logs = files.filter(f -> f.toString().endsWith(".log.gz")).sorted().toList();
            assertThat(logs).hasSizeGreaterThanOrEqualTo(21);
            return logs.stream();
        }
    }

    /** Counted without the importer's parser. */
    private static Map<String, Long> rawCounts(Path log) throws IOException {
        Map<String, Long> counts = new HashMap<>();
        Matcher name = Pattern.compile("(?:^|:|Z )(pci_nvme_\\w+|$)").matcher("");
        try (BufferedReader in = reader(log)) {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                String event = name.reset(text).find() ? name.group(1) : "";
                counts.merge(event, 1L, Long::sum);
                counts.merge("lines", 1L, Long::sum);
            }
        }
        return counts;
    }

    private static BufferedReader reader(Path log) throws IOException {
        InputStream in = Files.newInputStream(log);
        InputStream plain = log.toString().endsWith(".gz") ? new GZIPInputStream(in) : in;
        return new BufferedReader(new InputStreamReader(plain, StandardCharsets.ISO_8859_1));
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
                            boolean bar = e.space == RegisterSpace.BAR0;
                            if (bar || e.kind != EventKind.REGISTER_WRITTEN) {
                                made.merge(e.kind, 1L, Long::sum);
                            }
                            assertThat(e.seq).isEqualTo(last[0] + 1);
                            assertThat(e.timeNs).isGreaterThanOrEqualTo(last[1]);
                            last[0] = e.seq;
                            last[1] = e.timeNs;
                        });
        Map<String, Long> raw = rawCounts(log);
        assertThat(report.unparsed()).isEmpty();
        assertThat(report.lines()).isEqualTo(raw.get("lines"));
        assertThat(report.foreign() + report.unused())
                .isLessThanOrEqualTo(raw.getOrDefault("", 0L));
        assertThat(made.get(EventKind.COMMAND_EMITTED))
                .isEqualTo(count(raw, "io_cmd") + count(raw, "admin_cmd"));
        assertThat(made.get(EventKind.COMPLETION_SEEN) + report.ghosts())
                .isEqualTo(count(raw, "enqueue_req_completion"));
        assertThat(made.get(EventKind.DOORBELL_RUNG) + made.get(EventKind.REGISTER_WRITTEN))
                .isEqualTo(count(raw, "mmio_write"));
        assertThat(made.getOrDefault(EventKind.REGISTER_READ, 0L))
                .isEqualTo(count(raw, "mmio_read"));
        assertThat(made.getOrDefault(EventKind.INTERRUPT_RAISED, 0L))
                .isEqualTo(count(raw, "irq_msix") + count(raw, "irq_pin"));
        assertThat(report.mixedControllers().isEmpty())
                .as(report.mixedControllers())
                .isEqualTo(!log.toString().contains("two-controllers"));
        assertThat(report.drivers())
                .hasSize((int) count(raw, "mmio_start_success"))
                .doesNotContain("unknown");
    }

    private static long count(Map<String, Long> raw, String event) {
        return raw.getOrDefault("pci_nvme_" + event, 0L);
    }

    @ParameterizedTest
    @CsvSource({
        "ovmf-2022.11-slow-timeouts, 13",
        "ovmf-2022.11-to-linux-6.1, 0",
        "linux-6.1-boot, 0",
        "linux-6.1-slow-throttle-timeouts, 0"
    })
    void shouldCountTheGhostsOfARealBoot(String name, long ghosts) throws IOException {
        Path log = Path.of("src/test/recordings", name + ".log.gz");

        ImportReport report = QemuLogImporter.run(log, "", e -> {});

        assertThat(report.ghosts()).isEqualTo(ghosts);
        assertThat(report.unmatched()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "q11-nots.log",
                "q11-tid.11135.log",
                "q11-ts.log",
                "q7-mixed.log",
                "q7-nots.log",
                "q7-stderr.stderr",
                "q7-ts.log"
            })
    void shouldImportEveryLineFormat(String name) throws IOException {
        Path log = Path.of("src/test/recordings/format-samples", name);
        EnumMap<EventKind, Long> made = new EnumMap<>(EventKind.class);

        ImportReport report = QemuLogImporter.run(log, "", e -> made.merge(e.kind, 1L, Long::sum));

        assertThat(report.unparsed()).isEmpty();
        assertThat(report.mixedControllers()).isEmpty();
        assertThat(report.ghosts()).isZero();
        assertThat(report.foreign()).isEqualTo(name.equals("q7-mixed.log") ? 7 : 0);
        assertThat(made.get(EventKind.COMMAND_EMITTED))
                .isEqualTo(count(rawCounts(log), "admin_cmd") + count(rawCounts(log), "io_cmd"));
    }

    @Test
    void shouldSeeTwoControllersFromAnyStartOfTheirLog() throws IOException {
        Path log = Path.of("src/test/recordings/linux-6.1-two-controllers.log.gz");
        List<String> lines;
        try (BufferedReader in = reader(log)) {
            lines = in.lines().toList();
        }
        for (int from : new int[] {1, 2, 27, 100, 5784, 5800, 5820}) {
            String rest = String.join("\n", lines.subList(from, lines.size()));

            assertThat(ImportedLog.verbatim(rest + "\n", "").report().mixedControllers())
                    .as("from line " + from)
                    .isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("recordings")
    void shouldNotSuspectOneControllerFromAnyStartOfItsLog(Path log) throws IOException {
        if (log.toString().contains("two-controllers")) {
            return;
        }
        List<String> lines;
        try (BufferedReader in = reader(log)) {
            lines = in.lines().toList();
        }
        for (int part = 1; part < 6; part++) {
            int from = lines.size() * part / 6;
            String rest = String.join("\n", lines.subList(from, lines.size()));

            assertThat(ImportedLog.verbatim(rest + "\n", "").report().mixedControllers())
                    .as("from line " + from)
                    .isEmpty();
        }
    }
}
