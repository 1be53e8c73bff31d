package io.nvmetap.report;

import static io.nvmetap.show.MarkupText.escape;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** A test suite a session, a test case a rule, as build servers read them. */
final class JunitReport extends DocumentReport {
    private final PrintStream out;
    private final String recording;
    private final Predicate<Severity> fails;

    /**
     * @param recording what was analyzed
     * @param fails severities that are a failure; others are told as output
     */
    JunitReport(PrintStream out, String recording, Predicate<Severity> fails) {
        this.out = out;
        this.recording = recording;
        this.fails = fails;
    }

    @Override
    void write(List<Judgement> all, int left) {
        out.println("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        out.println("<testsuites name=\"" + escape(recording) + "\">");
        all.forEach(this::suite);
        out.println("</testsuites>");
    }

    private void suite(Judgement j) {
        Map<String, List<Finding>> byRule = new LinkedHashMap<>();
        j.violated().forEach(f -> byRule.computeIfAbsent(f.rule(), r -> new ArrayList<>()).add(f));
        long failures = byRule.values().stream().filter(this::failure).count();
        long skipped = j.unknown().keySet().stream().filter(r -> !byRule.containsKey(r)).count();
        List<String> holding = j.holding().stream().filter(r -> !byRule.containsKey(r)).toList();
        out.printf(
                Locale.ROOT,
                "  <testsuite name=\"%s session %s\" tests=\"%d\" failures=\"%d\" errors=\"0\""
                        + " skipped=\"%d\">%n",
                escape(recording),
                escape(j.name()),
                byRule.size() + skipped + holding.size(),
                failures,
                skipped);
        byRule.forEach((rule, findings) -> violated(j, rule, findings));
        j.unknown()
                .forEach(
                        (rule, why) -> {
                            if (!byRule.containsKey(rule)) {
                                testcase(j, rule, "<skipped message=\"" + escape(why) + "\"/>");
                            }
                        });
        holding.forEach(rule -> testcase(j, rule, ""));
        out.println("  </testsuite>");
    }

    private boolean failure(List<Finding> findings) {
        return findings.stream().anyMatch(f -> fails.test(f.severity()));
    }

    private void violated(Judgement j, String rule, List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        for (Finding f : findings) {
            text.append(FindingText.line(f)).append('\n');
        }
        text.append("clause: ").append(findings.get(0).clause()).append('\n');
        text.append("remedy: ").append(findings.get(0).remedy()).append('\n');
        String body = escape(text.toString());
        String message = escape(findings.get(0).explanation());
        String type = findings.get(0).severity() + " " + Verdict.VIOLATED;
        testcase(
                j,
                rule,
                failure(findings)
                        ? "<failure type=\""
                                + type
                                + "\" message=\""
                                + message
                                + "\">"
                                + body
                                + "</failure>"
                        : "<system-out>" + body + "</system-out>");
    }

    private void testcase(Judgement j, String rule, String body) {
        out.printf(
                "    <testcase classname=\"nvmetap.%s\" name=\"%s\">%s</testcase>%n",
                escape(j.name()), escape(rule), body);
    }
}
