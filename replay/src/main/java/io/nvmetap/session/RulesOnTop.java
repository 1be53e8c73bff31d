package io.nvmetap.session;

import io.nvmetap.compare.RuleCheck;
import io.nvmetap.compare.Violation;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.TraceRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.LongUnaryOperator;

/**
 * The rules over a replay's own recording. Guest and controller are played there, so only what
 * names the mediator is the driver's.
 */
final class RulesOnTop {
    private final TraceRules rules;
    private final Path original;
    private Set<String> recorded;

    /**
     * @param original the recording that is replayed; judged when there is something to compare
     */
    RulesOnTop(TraceRules rules, Path original) {
        this.rules = rules;
        this.original = original;
    }

    private Set<String> recorded() throws IOException {
        if (recorded == null) {
            Set<String> found = new HashSet<>();
            rules.judge(
                    original,
                    f -> {
                        if (violated(f)) {
                            found.add(key(f));
                        }
                    });
            recorded = found;
        }
        return recorded;
    }

    private static boolean violated(Finding f) {
        return f.verdict() == io.nvmetap.finding.Verdict.VIOLATED && f.severity() != Severity.INFO;
    }

    private static String key(Finding f) {
        return f.rule() + " " + f.owner();
    }

    /**
     * Judges a replay, the first finding of each rule.
     *
     * @param own the replay's own recording
     * @param place event of the original that was replayed at an event of its own, -1 not known
     * @throws IOException if a recording cannot be read
     */
    RuleCheck judge(Path own, LongUnaryOperator place) throws IOException {
        Map<String, Finding> drivers = new LinkedHashMap<>();
        Set<String> others = new TreeSet<>();
        rules.judge(
                own,
                f -> {
                    if (violated(f) && f.owner() == Party.MEDIATOR) {
                        drivers.putIfAbsent(f.rule(), f);
                    } else if (violated(f)) {
                        others.add(key(f));
                    }
                });
        if (drivers.isEmpty() && others.isEmpty()) {
            return new RuleCheck(true, "", List.of(), List.of());
        }
        others.removeAll(recorded());
        List<Violation> violations =
                drivers.values().stream()
                        .sorted(Comparator.comparingLong(Finding::toSeq))
                        .map(f -> violation(f, place))
                        .toList();
        return new RuleCheck(true, "", violations, List.copyOf(others));
    }

    private Violation violation(Finding f, LongUnaryOperator place) {
        return new Violation(
                f.rule(),
                f.severity(),
                place.applyAsLong(f.toSeq()),
                f.fromSeq(),
                f.toSeq(),
                recorded.contains(key(f)),
                f.explanation());
    }
}
