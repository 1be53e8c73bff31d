package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/** Reports as documents: what other programs read of them, whatever a device says. */
class ReportsTest {
    private static final String EVIL = "<img src=x onerror=alert(1)>&\"'\u0000\u001B[31m\uD800]]>";
    private static final String RULE = "command-stall";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private static Finding finding(String rule, Verdict verdict, Severity severity, long at) {
        return new Finding(
                "id-" + rule + at,
                "00ff",
                rule,
                verdict,
                severity,
                Party.CONTROLLER,
                0,
                1,
                -1,
                7,
                at,
                at + 5,
                1_000,
                "Title",
                EVIL,
                List.of(at, at + 5),
                "clause",
                "remedy",
                List.of("A1"));
    }

    private static SessionSummary summary(int violated) {
        return new SessionSummary("00ff", 100, 3, violated, 1, 1, List.of(EVIL), List.of(EVIL));
    }

    private String written(Report report) throws IOException {
        report.finding(finding(RULE, Verdict.VIOLATED, Severity.ERROR, 10));
        report.finding(finding(RULE, Verdict.VIOLATED, Severity.ERROR, 30));
        report.finding(finding("prp2-junk", Verdict.VIOLATED, Severity.INFO, 40));
        report.finding(finding("mdts-exceeded", Verdict.UNKNOWN, Severity.ERROR, 0));
        report.finding(finding("unclean-shutdown", Verdict.HOLDS, Severity.ERROR, 0));
        report.summary(summary(3));
        report.end();
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static List<Element> elements(Document xml, String name) {
        var nodes = xml.getElementsByTagName(name);
        return java.util.stream.IntStream.range(0, nodes.getLength())
                .mapToObj(i -> (Element) nodes.item(i))
                .toList();
    }

    private Document xml(String text) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldWriteJunitThatParsesWithOneCaseARule() throws Exception {
        String text = written(new JunitReport(out, EVIL, s -> s == Severity.ERROR));
        Document xml = xml(text);
        Element suite = elements(xml, "testsuite").get(0);
        assertThat(suite.getAttribute("tests")).isEqualTo("4");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getAttribute("skipped")).isEqualTo("1");
        assertThat(elements(xml, "testcase"))
                .extracting(e -> e.getAttribute("name"))
                .containsExactly(RULE, "prp2-junk", "mdts-exceeded", "unclean-shutdown");
        assertThat(elements(xml, "failure")).hasSize(1);
        assertThat(elements(xml, "failure").get(0).getTextContent())
                .contains("events 10-15", "events 30-35", "remedy: remedy");
        assertThat(elements(xml, "failure").get(0).getAttribute("message"))
                .isEqualTo("<img src=x onerror=alert(1)>&\"'??[31m?]]>");
    }

    @Test
    void shouldWriteSarifWhoseResultsPointAtItsRules() throws IOException {
        String name = SarifReport.reference("a b%é.avro");
        JsonNode run =
                new ObjectMapper().readTree(written(new SarifReport(out, name))).at("/runs/0");
        JsonNode rules = run.at("/tool/driver/rules");
        assertThat(rules).hasSize(io.nvmetap.rule.RuleSet.all().size());
        assertThat(run.at("/results")).hasSize(3);
        for (JsonNode result : run.at("/results")) {
            int index = result.get("ruleIndex").asInt();
            assertThat(rules.get(index).get("id")).isEqualTo(result.get("ruleId"));
            assertThat(result.at("/message/text").asText()).isNotEmpty();
            assertThat(result.at("/locations/0/physicalLocation/artifactLocation/uri").asText())
                    .isEqualTo("./a%20b%25é.avro");
        }
        assertThat(run.at("/results/0/level").asText()).isEqualTo("error");
        assertThat(run.at("/results/2/level").asText()).isEqualTo("note");
        assertThat(run.at("/results/0/properties/owner").asText()).isEqualTo("CONTROLLER");
        assertThat(run.at("/invocations/0/toolExecutionNotifications")).hasSize(1);
    }

    @Test
    void shouldWriteHtmlInWhichADeviceIsText() throws IOException {
        String html = written(new HtmlReport(out, EVIL, Optional.empty()));
        assertThat(html)
                .doesNotContain("<img", "<script", "\u0000", "\u001B")
                .contains("&lt;img src=x onerror=alert(1)&gt;", "default-src 'none'")
                .contains("3 events were lost", "<summary>2 times</summary>");
        assertThat(html.indexOf("Title")).isLessThan(html.indexOf("prp2-junk"));
    }

    @Test
    void shouldKeepABoundedNumberAndCountTheRest() throws IOException {
        Report report = new HtmlReport(out, "f", Optional.empty());
        for (int i = 0; i < Judgement.VIOLATED_MAX + 3; i++) {
            report.finding(finding(RULE, Verdict.VIOLATED, Severity.ERROR, i));
        }
        report.summary(summary(Judgement.VIOLATED_MAX + 3));
        for (int i = 0; i < DocumentReport.SESSIONS_MAX; i++) {
            report.summary(summary(0));
        }
        report.end();
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .contains("3 more findings are not shown", "1 more sessions are not shown")
                .contains("and " + (Judgement.VIOLATED_MAX - HtmlReport.AGAIN_MAX - 1) + " more");
    }

    @Test
    void shouldBreakAndColourTextOnATerminalOnly() throws IOException {
        String plain = written(new TextReport(out));
        assertThat(plain.lines().filter(l -> l.startsWith("finding"))).hasSize(2);
        bytes.reset();
        String set = written(new TextReport(out, new Style(true, 60)));
        assertThat(set).contains("\u001B[1;31mERROR").contains("\n          remedy: remedy");
    }
}
