package io.nvmetap.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the rules said of a scenario. */
public final class Judged {
    private final List<CapturedEvent> events;
    private final List<Finding> findings = new ArrayList<>();
    private final List<SessionSummary> summaries = new ArrayList<>();

    private Judged(List<CapturedEvent> events) {
        this.events = events;
    }

    /** Runs the rules over events. */
    public static Judged of(List<CapturedEvent> events) {
        Judged j = new Judged(events);
        Analyzer analyzer = new Analyzer(RuleSet.all(), RuleSettings.DEFAULTS);
        events.forEach(e -> analyzer.accept(e, j.findings::add, j.summaries::add));
        return j;
    }

    private List<Finding> of(String rule, Verdict verdict) {
        return findings.stream()
                .filter(f -> f.rule().equals(rule) && f.verdict() == verdict)
                .toList();
    }

    /** Exactly one finding of the rule, owned so; and nothing else is violated. */
    public Judged violatesOnly(String rule, Party owner) {
        assertThat(findings.stream().filter(f -> f.verdict() == Verdict.VIOLATED))
                .extracting(Finding::rule, Finding::owner)
                .containsExactly(org.assertj.core.groups.Tuple.tuple(rule, owner));
        return this;
    }

    /** These findings of the rule, owned so in order; others may be there. */
    public Judged violates(String rule, Party... owners) {
        assertThat(of(rule, Verdict.VIOLATED)).extracting(Finding::owner).containsExactly(owners);
        return this;
    }

    /** The same without what this rule says. */
    public Judged besides(String rule) {
        Judged rest = new Judged(events);
        findings.stream().filter(f -> !f.rule().equals(rule)).forEach(rest.findings::add);
        rest.summaries.addAll(summaries);
        return rest;
    }

    /** Cutting the proof out of the recording must not leave an accusation. */
    public Judged isUnknownWithoutItsEvidence(String rule) {
        Set<Long> cut = new HashSet<>(of(rule, Verdict.VIOLATED).get(0).evidence());
        Judged rest = of(events.stream().filter(e -> !cut.contains(e.seq)).toList());
        rest.unknown(rule);
        return this;
    }

    /** The rule holds and nothing at all is violated. */
    public Judged holds(String rule) {
        violatesNothing();
        assertThat(said(rule)).isEqualTo("HOLDS");
        return this;
    }

    /** The last finding of the rule says all this, and has this severity. */
    public Judged says(String rule, Severity severity, String... words) {
        List<Finding> all = of(rule, Verdict.VIOLATED);
        Finding last = all.get(all.size() - 1);
        assertThat(last.explanation()).contains(words);
        assertThat(last.severity()).isEqualTo(severity);
        return this;
    }

    /** No finding of the rule says this. */
    public Judged neverSays(String rule, String words) {
        assertThat(of(rule, Verdict.VIOLATED))
                .extracting(Finding::explanation)
                .noneMatch(e -> e.contains(words));
        return this;
    }

    /** The lines that say what controller and firmware need. */
    public List<String> quirks() {
        return summaries.get(0).quirks();
    }

    /** Rules violated with their owners, sorted, each once. */
    public Set<String> violated() {
        Set<String> out = new java.util.TreeSet<>();
        for (Finding f : findings) {
            if (f.verdict() == Verdict.VIOLATED) {
                out.add(f.rule() + " " + f.owner());
            }
        }
        return out;
    }

    /** Explanations of what is violated, for messages. */
    public List<String> explanations() {
        return findings.stream()
                .filter(f -> f.verdict() == Verdict.VIOLATED)
                .map(f -> f.rule() + " " + f.fromSeq() + "-" + f.toSeq() + ": " + f.explanation())
                .limit(8)
                .toList();
    }

    private String said(String rule) {
        return findings.stream()
                .filter(f -> f.rule().equals(rule))
                .map(
                        f ->
                                f.verdict() == Verdict.HOLDS
                                        ? "HOLDS"
                                        : f.verdict() + " " + f.explanation())
                .reduce("", (a, b) -> a + b);
    }

    /** Nothing at all is violated. */
    public Judged violatesNothing() {
        assertThat(findings.stream().filter(f -> f.verdict() == Verdict.VIOLATED))
                .extracting(f -> f.rule() + ": " + f.explanation())
                .isEmpty();
        return this;
    }

    /** This rule is not violated; another may be. */
    public Judged violatesNoneOf(String rule) {
        assertThat(of(rule, Verdict.VIOLATED)).extracting(Finding::explanation).isEmpty();
        return this;
    }

    /** The rule says UNKNOWN, once. */
    public Judged unknown(String rule) {
        assertThat(of(rule, Verdict.VIOLATED)).extracting(Finding::explanation).isEmpty();
        assertThat(said(rule)).startsWith("UNKNOWN ");
        return this;
    }
}
