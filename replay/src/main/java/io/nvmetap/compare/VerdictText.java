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
        return String.format(
                "replay    %-46s %-8s   %s", verdict.driver(), verdict.outcome(), why(verdict));
    }

    /** What there is to say of the outcome. */
    public static String why(Verdict verdict) {
        return switch (verdict.outcome()) {
            case SAME -> String.format("%,d commands", verdict.commandsCompared());
            case DIVERGED -> verdict.divergence().map(VerdictText::place).orElse("");
            case VIOLATED -> place(verdict.rules().violations().get(0));
            case UNKNOWN -> verdict.reason();
        };
    }

    private static String place(Divergence divergence) {
        if (divergence.seq() < 0) {
            return divergence.sentence();
        }
        return String.format("at event %,d: %s", divergence.seq(), divergence.sentence());
    }

    /** Where a rule is broken: in the recording, or where that is not known in the replay's own. */
    static String place(Violation v) {
        String where =
                v.seq() >= 0
                        ? String.format("at event %,d", v.seq())
                        : String.format("at event %,d of the replay", v.ownToSeq());
        return where + ": rule " + v.rule() + ": " + v.sentence();
    }

    /** The line, then what could not be compared and what was done otherwise. */
    public static List<String> lines(Verdict verdict) {
        List<String> lines = new ArrayList<>();
        lines.add(line(verdict));
        verdict.seeds().ifPresent(s -> lines.add(seeds(s, verdict.outcome().bad())));
        rules(verdict.rules(), lines);
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

    private static String seeds(Seeds seeds, boolean found) {
        String what;
        if (found) {
            what = String.format("seed %d shows it, after %,d", seeds.seed(), seeds.tried() - 1);
        } else if (seeds.count() == 1) {
            what = "seed " + seeds.seed();
        } else {
            what = String.format("none of %,d seeds shows anything", seeds.count());
        }
        return String.format(LABEL + "%s", "perturb", what);
    }

    private static void rules(RuleCheck rules, List<String> lines) {
        if (!rules.why().isEmpty()) {
            lines.add(String.format(LABEL + "not run: %s", "rules", rules.why()));
        }
        for (Violation v : rules.violations()) {
            lines.add(
                    String.format(
                            LABEL + "%-8s %s%s   events %,d to %,d of the replay",
                            "rules",
                            v.severity(),
                            v.rule(),
                            v.recorded() ? ", as in the recording" : "",
                            v.ownFromSeq(),
                            v.ownToSeq()));
        }
        if (!rules.others().isEmpty()) {
            lines.add(
                    String.format(
                            LABEL + "not the driver's: %s",
                            "rules",
                            String.join(", ", rules.others())));
        }
    }

    private static String counted(String label, long count, String text) {
        return String.format(LABEL + "%,8d x %s", label, count, text);
    }
}
