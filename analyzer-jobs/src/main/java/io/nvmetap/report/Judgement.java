package io.nvmetap.report;

import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.finding.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What was said of one session, for reports that are written when all is known. Bounded. */
final class Judgement {
    /** Violations kept one by one; of more only the number is. */
    static final int VIOLATED_MAX = 2_000;

    private final List<Finding> violated = new ArrayList<>();
    private final Map<String, String> unknown = new LinkedHashMap<>();
    private final List<String> holding = new ArrayList<>();
    private long more;
    private SessionSummary summary;

    void add(Finding f) {
        if (f.verdict() == Verdict.UNKNOWN) {
            unknown.putIfAbsent(f.rule(), f.explanation());
        } else if (f.verdict() == Verdict.HOLDS) {
            holding.add(f.rule());
        } else if (violated.size() < VIOLATED_MAX) {
            violated.add(f);
        } else {
            more++;
        }
    }

    void end(SessionSummary s) {
        summary = s;
    }

    /** Violations in the order of their coming. */
    List<Finding> violated() {
        return violated;
    }

    /** Violations that were not kept. */
    long more() {
        return more;
    }

    /** Why, by rule. */
    Map<String, String> unknown() {
        return unknown;
    }

    /** Rules that hold. */
    List<String> holding() {
        return holding;
    }

    SessionSummary summary() {
        return summary;
    }

    /** The first digits, by which a session is called. */
    String name() {
        return summary.session().substring(0, Math.min(8, summary.session().length()));
    }
}
