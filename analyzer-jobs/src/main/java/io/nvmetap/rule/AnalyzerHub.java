package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A stream of several sessions and controllers: one {@link SessionAnalyzer} a session. */
public final class AnalyzerHub {
    /** Sessions kept at once; the oldest is ended when there would be more. */
    public static final int SESSIONS_MAX = 1_024;

    private record Key(long high, long low) {}

    private final List<String> ruleIds;
    private final RuleSettings settings;
    private final Consumer<Finding> findings;
    private final Consumer<SessionSummary> summaries;
    private final Map<Key, SessionAnalyzer> sessions = new LinkedHashMap<>();

    /** The session of the event before: nearly always that of the next. */
    private SessionAnalyzer last;

    private Key lastKey = new Key(0, 0);

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
        SessionAnalyzer a = session(e);
        a.accept(e, findings, summaries);
        if (a.hasEnded()) {
            sessions.remove(lastKey);
            last = null;
        }
    }

    private SessionAnalyzer session(CapturedEvent e) {
        if (last != null && lastKey.high == e.sessionHigh && lastKey.low == e.sessionLow) {
            return last;
        }
        Key key = new Key(e.sessionHigh, e.sessionLow);
        SessionAnalyzer a = sessions.get(key);
        if (a == null) {
            if (sessions.size() >= SESSIONS_MAX) {
                Key oldest = sessions.keySet().iterator().next();
                sessions.remove(oldest).end(findings, summaries);
            }
            a = new SessionAnalyzer(ruleIds, settings);
            sessions.put(key, a);
        }
        last = a;
        lastKey = key;
        return a;
    }

    /** The stream has ended; sessions without an end are judged as they are. */
    public void end() {
        new ArrayList<>(sessions.values()).forEach(a -> a.end(findings, summaries));
        sessions.clear();
        last = null;
    }
}
