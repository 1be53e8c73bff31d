package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Verdict;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Findings as short aligned lines, the party first. Findings of one rule and party are grouped. */
public final class TextReport implements Report {
    /** Columns before what a line says. */
    private static final int LABEL = 10;

    private final PrintStream out;
    private final Style style;
    private final Map<String, List<Finding>> violated = new LinkedHashMap<>();
    private final Map<String, List<String>> unknown = new LinkedHashMap<>();

    public TextReport(PrintStream out) {
        this(out, Style.PLAIN);
    }

    TextReport(PrintStream out, Style style) {
        this.out = out;
        this.style = style;
    }

    /** It is printed with the summary of its session. */
    @Override
    public void finding(Finding f) {
        if (f.verdict() == Verdict.VIOLATED) {
            violated.computeIfAbsent(f.rule() + f.owner(), k -> new ArrayList<>()).add(f);
        } else if (f.verdict() == Verdict.UNKNOWN) {
            unknown.computeIfAbsent(f.explanation(), k -> new ArrayList<>()).add(f.rule());
        }
    }

    @Override
    public void summary(SessionSummary s) {
        out.printf(
                Locale.ROOT,
                "session   %s   %,d events   %,d lost%n",
                s.session().substring(0, Math.min(8, s.session().length())),
                s.events(),
                s.lost());
        s.story().forEach(line -> labelled("story     ", line));
        violated.values().forEach(this::group);
        unknown.forEach(
                (reason, rules) ->
                        out.println(
                                style.faint(
                                        "unknown   "
                                                + style.broken(
                                                        reason + ": " + String.join(", ", rules),
                                                        LABEL,
                                                        LABEL))));
        s.quirks().forEach(line -> labelled("needs     ", line));
        out.printf(
                Locale.ROOT,
                "verdict   %d violated   %d unknown   %d hold%n",
                s.violated(),
                s.unknown(),
                s.holds());
        violated.clear();
        unknown.clear();
        out.flush();
    }

    private void labelled(String label, String text) {
        out.println(label + style.broken(text, LABEL, LABEL));
    }

    private void group(List<Finding> group) {
        Finding f = group.get(0);
        String head =
                String.format("%-7s  %-10s  %s   ", f.severity(), FindingText.party(f), f.rule());
        String says = f.explanation() + (group.size() > 1 ? "  (" + group.size() + " times)" : "");
        out.println(
                "finding   "
                        + style.severity(f.severity(), head)
                        + style.broken(says, LABEL + head.length(), LABEL));
        StringBuilder events = new StringBuilder();
        for (int i = 0; i < Math.min(group.size(), 5); i++) {
            Finding g = group.get(i);
            events.append(i == 0 ? "" : ", ").append(FindingText.range(g.fromSeq(), g.toSeq()));
        }
        out.printf(
                "          events %s%s   %s%n",
                events, group.size() > 5 ? ", ..." : "", f.clause());
        labelled("          ", "remedy: " + f.remedy());
    }
}
