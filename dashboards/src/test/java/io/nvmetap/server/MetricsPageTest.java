package io.nvmetap.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.nvmetap.metrics.Metric;
import io.nvmetap.testkit.Panels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page of the figures says what there is, and no rule or panel asks for what it lacks. */
class MetricsPageTest {
    private static final Path PAGE = Path.of("..", "docs", "metrics.md");
    private static final Path RULES = Path.of("prometheus", "rules");
    private static final Path GRAFANA = Path.of("grafana", "dashboards");
    private static final Pattern ROW =
            Pattern.compile("\\| `(\\S+)` \\| (\\w+) \\| (\\w+) \\| ([^|]*) \\| (.+) \\|");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
    private static final Pattern NAME =
            Pattern.compile("\\b(?:nvmetap[_:]|flink_|kafka_|jvm_|up\\b)[\\w:]*");

    private static String page() throws IOException {
        return Files.readString(PAGE);
    }

    private static String rules(String file) throws IOException {
        return Files.readString(RULES.resolve(file));
    }

    private static List<String> all(Pattern pattern, String text, int group) {
        List<String> found = new ArrayList<>();
        Matcher m = pattern.matcher(text);
        while (m.find()) {
            found.add(m.group(group));
        }
        return found;
    }

    private static String unit(Metric m) {
        String name = m.exposedName();
        return name.contains("bytes") ? "bytes" : name.contains("seconds") ? "seconds" : "1";
    }

    private static String labels(Metric m) {
        return m.labels().isEmpty() ? "" : "`" + String.join("` `", m.labels()) + "`";
    }

    @Test
    void shouldSayOfEachMetricWhatTheCatalogueSays() throws IOException {
        List<String> told = new ArrayList<>();
        Matcher row = ROW.matcher(page());
        while (row.find()) {
            told.add(
                    String.join(
                            " | ",
                            row.group(1),
                            row.group(2),
                            row.group(3),
                            row.group(4).strip(),
                            row.group(5)));
        }
        List<String> catalogue = new ArrayList<>();
        for (Metric m : Metric.values()) {
            catalogue.add(
                    String.join(
                            " | ",
                            m.exposedName(),
                            m.kind().exposed(),
                            unit(m),
                            labels(m),
                            m.meaning()));
        }
        assertThat(told).isEqualTo(catalogue);
    }

    @Test
    void shouldSayWhatToDoAboutEachAlert() throws IOException {
        String alerts = rules("alerts.yml");
        List<String> names = all(ALERT, alerts, 1);
        assertThat(names).isNotEmpty().doesNotHaveDuplicates();
        assertThat(all(Pattern.compile("\n### (\\w+)"), page(), 1)).isEqualTo(names);
        for (String name : names) {
            assertThat(alerts)
                    .contains("runbook_url: docs/metrics.md#" + name.toLowerCase(Locale.ROOT));
        }
        for (String key : List.of("summary: ", "description: ", "owner: ", "severity: ")) {
            assertThat(alerts.split(key, -1)).as(key).hasSize(names.size() + 1);
        }
    }

    @Test
    void shouldTestTheWaitsOfEachAlert() throws IOException {
        String tests = Files.readString(Path.of("prometheus", "tests", "alerts_test.yml"));
        for (String name : all(ALERT, rules("alerts.yml"), 1)) {
            assertThat(tests).contains("ALERTS{alertname=\"" + name + "\", alertstate=\"firing\"}");
        }
    }

    @Test
    void shouldExplainEachNameThatRulesAndPanelsAskFor() throws IOException {
        StringBuilder asked = new StringBuilder();
        for (String file : List.of("alerts.yml", "recording.yml")) {
            for (String line : rules(file).split("\n")) {
                // Names of groups are no names of figures.
                asked.append(line.contains("- name:") ? "" : line.replaceAll("#.*", ""))
                        .append('\n');
            }
        }
        Panels.queries(GRAFANA).values().forEach(q -> asked.append(q).append('\n'));
        Set<String> names = new TreeSet<>();
        for (String name : all(NAME, asked.toString(), 0)) {
            names.add(name.replaceFirst("_seconds_(bucket|sum|count)$", "_seconds"));
        }
        String page = page();
        assertThat(names).isNotEmpty().allSatisfy(n -> assertThat(page).contains("`" + n + "`"));
    }

    @Test
    void shouldHaveDashboardsThatGrafanaTakesAsTheyAre() throws IOException {
        Set<String> uids = new HashSet<>();
        for (JsonNode d : Panels.dashboards(GRAFANA)) {
            assertThat(uids.add(d.get("uid").asText())).isTrue();
            assertThat(d.get("editable").asBoolean()).isFalse();
            Set<Integer> ids = new HashSet<>();
            for (JsonNode panel : d.get("panels")) {
                String title = panel.get("title").asText();
                assertThat(ids.add(panel.get("id").asInt())).as(title).isTrue();
                assertThat(panel.get("description").asText()).as(title).isNotBlank();
                assertThat(panel.at("/fieldConfig/defaults/unit").asText()).as(title).isNotBlank();
                assertThat(panel.at("/datasource/uid").asText()).isEqualTo("nvmetap-prometheus");
            }
        }
        assertThat(Files.readString(Path.of("grafana/provisioning/datasources/nvmetap.yml")))
                .contains("uid: nvmetap-prometheus");
    }
}
