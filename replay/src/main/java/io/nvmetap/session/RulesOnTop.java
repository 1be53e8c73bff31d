package io.nvmetap.session;

import io.nvmetap.compare.RuleCheck;
import io.nvmetap.compare.Violation;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.TraceRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private final Set<String> recorded = new HashSet<>();

    /**
     * @param original the recording that is replayed
     * @throws IOException if it cannot be read
     */
    RulesOnTop(TraceRules rules, Path original) throws IOException {
        this.rules = rules;
        rules.judge(
                original,
                f -> {
                    if (violated(f)) {
                        recorded.add(key(f));
                    }
                });
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
     */
    RuleCheck judge(Path own, LongUnaryOperator place) throws IOException {
        Map<String, Finding> drivers = new LinkedHashMap<>();
        Set<String> others = new TreeSet<>();
        rules.judge(
                own,
                f -> {
                    if (!violated(f)) {
                        return;
                    }
                    if (f.owner() == Party.MEDIATOR) {
                        drivers.putIfAbsent(f.rule(), f);
                    } else if (!recorded.contains(key(f))) {
                        others.add(key(f));
                    }
                });
        List<Violation> violations = new ArrayList<>();
        drivers.values().stream()
                .sorted(Comparator.comparingLong(Finding::toSeq))
                .forEach(f -> violations.add(violation(f, place)));
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
