package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Verdict;
import io.nvmetap.history.History;
import io.nvmetap.rule.quirk.QuirkReport;
import io.nvmetap.rule.stall.StallCorrelator;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One controller of one session: its history and its rules. A function of its events; one thread.
 */
public final class Analyzer implements Serializable {
    private static final long serialVersionUID = 1L;

    private final History history = new History();
    private final Roster roster;
    private final Story story = new Story();
    private final StallCorrelator correlator;
    private final QuirkReport quirks = new QuirkReport();
    private final Map<String, Integer> violatedByRule = new TreeMap<>();
    private transient Consumer<Finding> out;
    private transient Consumer<Finding> onFound;

    /** Judges only; absent from older state, which was of analyzers that do everything. */
    private final boolean follower;

    private boolean ended;

    public Analyzer(List<Rule> rules, RuleSettings settings) {
        this(rules, settings, false);
    }

    private Analyzer(List<Rule> rules, RuleSettings settings, boolean follower) {
        this.follower = follower;
        this.correlator = new StallCorrelator(rules);
        this.roster = new Roster(rules.stream().map(r -> new Judge(r, settings)).toList());
    }

    /**
     * One that judges beside another, which has the story and the rules whose findings bear upon
     * each other.
     */
    static Analyzer follower(List<Rule> rules, RuleSettings settings) {
        return new Analyzer(rules, settings, true);
    }

    /**
     * Takes the next event; events seen before (by seq) are ignored.
     *
     * @param findings receives what is certain now
     * @param summaries receives the last word when the capture ended
     */
    public void accept(
            CapturedEvent e, Consumer<Finding> findings, Consumer<SessionSummary> summaries) {
        if (ended || e.seq <= history.seq) {
            return;
        }
        history.apply(e);
        if (!follower) {
            story.note(history, e);
            correlator.note(history, e);
            quirks.note(history, e);
        }
        out = findings;
        if (onFound == null) {
            onFound = this::found;
        }
        roster.ask(history, e, onFound);
        if (e.kind == EventKind.CAPTURE_ENDED) {
            end(findings, summaries);
        }
    }

    private void found(Finding f) {
        violatedByRule.merge(f.rule(), 1, Integer::sum);
        out.accept(follower ? f : refined(f));
    }

    private Finding refined(Finding f) {
        Finding refined = correlator.refine(history, f);
        quirks.found(history, refined);
        return refined;
    }

    /**
     * Events of the session are missing before the next one. For sessions of several controllers,
     * whose events alone do not show it.
     *
     * @param count how many
     * @param atSeq first event after them
     */
    public void lose(long count, long atSeq) {
        history.lose(count, atSeq);
        roster.everyRuleNext();
    }

    /** Ends a session that was cut off; does nothing if it has ended. */
    public void end(Consumer<Finding> findings, Consumer<SessionSummary> summaries) {
        if (ended || history.events == 0) {
            return;
        }
        ended = true;
        int holds = 0;
        int unknown = 0;
        for (Judge judge : roster.judges()) {
            Verdict v = judge.end(history, findings);
            holds += v == Verdict.HOLDS ? 1 : 0;
            unknown += v == Verdict.UNKNOWN ? 1 : 0;
        }
        int violated = violatedByRule.values().stream().mapToInt(Integer::intValue).sum();
        summaries.accept(
                new SessionSummary(
                        history.session,
                        history.events,
                        history.lost,
                        violated,
                        unknown,
                        holds,
                        follower ? List.of() : story.lines(history),
                        follower ? List.of() : quirks.lines(history)));
    }

    /**
     * @return the session has been judged
     */
    public boolean hasEnded() {
        return ended;
    }
}
