package io.nvmetap.importer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** QEMU's own lists of trace events, each event printed as its format says. */
class TraceEventsTest {
    private static final Pattern EVENT = Pattern.compile("(\\w+)\\([^)]*\\) \"(.*)\"$");
    private static final Pattern CONVERSION = Pattern.compile("%(z?[a-zA-Z]|s)");

    /** {@code 0x%"PRIx64" len %u} becomes {@code 0x1 len 1}. */
    private static String printed(String format) {
        String plain = format.replaceAll("%\"\\s*PRI([a-z])[0-9]+\\s*\"", "%$1");
        Matcher m = CONVERSION.matcher(plain);
        return m.replaceAll(
                r -> r.group().equals("%s") ? "text" : r.group().equals("%p") ? "0x1" : "1");
    }

    static List<String> lines(String list) throws IOException {
        List<String> out = new ArrayList<>();
        for (String text :
                Files.readAllLines(Path.of("src/test/recordings/format-samples", list))) {
            Matcher m = EVENT.matcher(text);
            if (m.matches()) {
                out.add(m.group(1) + " " + printed(m.group(2)));
            }
        }
        return out;
    }

    @ParameterizedTest
    @ValueSource(strings = {"trace-events-nvme-7.2.txt", "trace-events-nvme-11.1.txt"})
    void shouldRecogniseEveryEvent(String list) throws IOException {
        List<String> lines = lines(list);
        assertThat(lines).hasSizeGreaterThan(200).noneMatch(line -> line.contains("%"));

        ImportedLog log = ImportedLog.of(lines.toArray(String[]::new));

        assertThat(log.report().unparsed()).isEmpty();
        assertThat(log.report().foreign()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"trace-events-nvme-7.2.txt", "trace-events-nvme-11.1.txt"})
    void shouldTellNothingFromALineWithoutItsArguments(String list) throws IOException {
        for (String line : lines(list)) {
            String name = line.substring(0, line.indexOf(' '));
            ImportedLog log = ImportedLog.of(name);
            assertThat(log.report().lines()).isEqualTo(1);
            assertThat(log.events().size()).as(name).isLessThanOrEqualTo(6);
        }
    }

    @org.junit.jupiter.api.Test
    void shouldReportEventsOfOtherVersions() {
        ImportedLog log = ImportedLog.of("pci_nvme_brand_new a 1", "pci_nvme_brand_new a 2");

        assertThat(log.report().unparsed())
                .containsExactly(java.util.Map.entry("pci_nvme_brand_new", 2L));
        assertThat(log.report().nothingFound()).isFalse();
    }

    @org.junit.jupiter.api.Test
    void shouldBoundTheNamesItReports() {
        int many = QemuLogTranslator.UNPARSED_NAMES_MAX + 50;
        String[] lines = new String[many];
        for (int i = 0; i < many; i++) {
            lines[i] = "pci_nvme_" + "x".repeat(QemuLogTranslator.NAME_CHARS_MAX - 20) + i;
        }

        ImportReport report = ImportedLog.of(lines).report();

        assertThat(report.unparsed()).hasSize(QemuLogTranslator.UNPARSED_NAMES_MAX + 1);
        assertThat(report.unparsed()).containsEntry("(others)", 50L);
    }
}
