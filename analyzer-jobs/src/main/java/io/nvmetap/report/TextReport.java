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
public final class TextReport {
    private final PrintStream out;
    private final Map<String, List<Finding>> violated = new LinkedHashMap<>();
    private final Map<String, List<String>> unknown = new LinkedHashMap<>();

    public TextReport(PrintStream out) {
        this.out = out;
    }

    /** Takes a finding; it is printed with the summary of its session. */
    public void finding(Finding f) {
        if (f.verdict() == Verdict.VIOLATED) {
            violated.computeIfAbsent(f.rule() + f.owner(), k -> new ArrayList<>()).add(f);
        } else if (f.verdict() == Verdict.UNKNOWN) {
            unknown.computeIfAbsent(f.explanation(), k -> new ArrayList<>()).add(f.rule());
        }
    }

    /** Prints a session. */
    public void summary(SessionSummary s) {
        out.printf(
                Locale.ROOT,
                "session   %s   %,d events   %,d lost%n",
                s.session().substring(0, Math.min(8, s.session().length())),
                s.events(),
                s.lost());
        s.story().forEach(line -> out.println("story     " + line));
        violated.values().forEach(this::group);
        unknown.forEach(
                (reason, rules) ->
                        out.println("unknown   " + reason + ": " + String.join(", ", rules)));
        s.quirks().forEach(line -> out.println("needs     " + line));
        out.printf(
                Locale.ROOT,
                "verdict   %d violated   %d unknown   %d hold%n",
                s.violated(),
                s.unknown(),
                s.holds());
        violated.clear();
        unknown.clear();
    }

    private void group(List<Finding> group) {
        Finding f = group.get(0);
        out.printf(
                "finding   %-7s  %-10s  %s   %s%s%n",
                f.severity(),
                f.owner().name().toLowerCase(Locale.ROOT),
                f.rule(),
                f.explanation(),
                group.size() > 1 ? "  (" + group.size() + " times)" : "");
        StringBuilder events = new StringBuilder();
        for (int i = 0; i < Math.min(group.size(), 5); i++) {
            Finding g = group.get(i);
            events.append(i == 0 ? "" : ", ").append(range(g.fromSeq(), g.toSeq()));
        }
        out.printf(
                "          events %s%s   %s%n",
                events, group.size() > 5 ? ", ..." : "", f.clause());
        out.println("          remedy: " + f.remedy());
    }

    private static String range(long from, long to) {
        return from == to ? Long.toString(from) : from + "-" + to;
    }
}
