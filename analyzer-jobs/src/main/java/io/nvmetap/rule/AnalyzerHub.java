package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A stream of several controllers and sessions: one {@link Analyzer} each. */
public final class AnalyzerHub {
    /** Analyzers kept at once; the oldest is ended when there would be more. */
    public static final int ANALYZERS_MAX = 1_024;

    private record Key(long high, long low, int controller) {}

    private final List<String> ruleIds;
    private final RuleSettings settings;
    private final Consumer<Finding> findings;
    private final Consumer<SessionSummary> summaries;
    private final Map<Key, Analyzer> analyzers = new LinkedHashMap<>();

    /**
     * @param ruleIds rules wanted, empty for all
     * @throws IllegalArgumentException if a rule is not known
     */
    public AnalyzerHub(
            List<String> ruleIds,
            RuleSettings settings,
            Consumer<Finding> findings,
            Consumer<SessionSummary> summaries) {
        RuleSet.only(ruleIds);
        this.ruleIds = List.copyOf(ruleIds);
        this.settings = settings;
        this.findings = findings;
        this.summaries = summaries;
    }

    /** Takes the next event of any session. */
    public void accept(CapturedEvent e) {
        Key key = new Key(e.sessionHigh, e.sessionLow, e.controller);
        Analyzer a = analyzers.get(key);
        if (a == null) {
            if (analyzers.size() >= ANALYZERS_MAX) {
                Key oldest = analyzers.keySet().iterator().next();
                analyzers.remove(oldest).end(findings, summaries);
            }
            a = new Analyzer(RuleSet.only(ruleIds), settings);
            analyzers.put(key, a);
        }
        a.accept(e, findings, summaries);
        if (e.kind == EventKind.CAPTURE_ENDED) {
            analyzers.remove(key);
        }
    }

    /** The stream has ended; sessions without an end are judged as they are. */
    public void end() {
        new ArrayList<>(analyzers.values()).forEach(a -> a.end(findings, summaries));
        analyzers.clear();
    }
}
