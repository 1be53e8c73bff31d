package io.nvmetap.compare;

import io.nvmetap.plan.Adaptation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A verdict in the voice of all commands: short aligned lines, plain sentences. */
public final class VerdictText {
    private static final String LABEL = "%-9s ";

    private VerdictText() {}

    /** The one line that says it. */
    public static String line(Verdict verdict) {
        String tail =
                switch (verdict.outcome()) {
                    case SAME -> String.format("%,d commands", verdict.commandsCompared());
                    case DIVERGED -> verdict.divergence().map(VerdictText::place).orElse("");
                    case UNKNOWN -> verdict.reason();
                };
        return String.format(
                "replay    %-46s %-8s   %s", verdict.driver(), verdict.outcome(), tail);
    }

    private static String place(Divergence divergence) {
        if (divergence.seq() < 0) {
            return divergence.sentence();
        }
        return String.format("at event %,d: %s", divergence.seq(), divergence.sentence());
    }

    /** The line, then what could not be compared and what was done otherwise. */
    public static List<String> lines(Verdict verdict) {
        List<String> lines = new ArrayList<>();
        lines.add(line(verdict));
        differences(verdict.differences(), lines);
        verdict.uncompared().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(u -> lines.add(counted("uncompared", u.getValue(), u.getKey().text())));
        verdict.adaptations().entrySet().stream()
                .sorted(Map.Entry.<Adaptation, Long>comparingByKey())
                .forEach(a -> lines.add(counted("adapted", a.getValue(), a.getKey().text())));
        return lines;
    }

    private static void differences(Differences differences, List<String> lines) {
        for (Differences.Difference d : differences.listed()) {
            lines.add(String.format(LABEL + "%s", "differs", place(d.where())));
        }
        for (Differing kind : Differing.values()) {
            long more = differences.unlisted(kind);
            if (more > 0) {
                lines.add(counted("differs", more, "more " + kind.text()));
            }
        }
    }

    private static String counted(String label, long count, String text) {
        return String.format(LABEL + "%,8d x %s", label, count, text);
    }
}
