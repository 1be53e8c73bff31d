package io.nvmetap.rule;

import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.quirk.QuirkReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The rules of one controller divided among several analyzers, so that a busy controller can have
 * more than one core. Each analyzer takes every event and rebuilds the whole history, a quarter of
 * the work, and judges by its own rules: what a rule sees, and so what it finds, does not depend on
 * the division (docs/adr/0009).
 */
public final class RuleShares {
    /** Most shares. From four on the lead is the slowest, and more gain nothing. */
    public static final int SHARES_MAX = 8;

    /** The share that also tells the story, ranks suspicions and reports quirks. */
    public static final int LEAD = 0;

    /** Rules that story, correlator and quirk notes together cost as much as; measured. */
    private static final int LEAD_WORK = 12;

    private RuleShares() {}

    /**
     * An analyzer with the rules of one share.
     *
     * @param ruleIds rules wanted, empty for all
     * @param share 0 to shares - 1
     * @param shares 1 to {@link #SHARES_MAX}
     */
    public static Analyzer analyzer(
            Collection<String> ruleIds, RuleSettings settings, int share, int shares) {
        List<Rule> own = divide(RuleSet.only(ruleIds), shares).get(share);
        return share == LEAD ? new Analyzer(own, settings) : Analyzer.follower(own, settings);
    }

    /** The shares. The lead has all rules that others' findings bear upon. */
    static List<List<Rule>> divide(List<Rule> rules, int shares) {
        List<List<Rule>> divided = new ArrayList<>();
        int[] load = new int[shares];
        load[LEAD] = LEAD_WORK;
        for (int i = 0; i < shares; i++) {
            divided.add(new ArrayList<>());
        }
        List<Rule> free = new ArrayList<>();
        for (Rule r : rules) {
            if (bound(r)) {
                divided.get(LEAD).add(r);
                load[LEAD]++;
            } else {
                free.add(r);
            }
        }
        for (Rule r : free) {
            int least = shares - 1;
            for (int i = 0; i < shares; i++) {
                least = load[i] < load[least] ? i : least;
            }
            divided.get(least).add(r);
            load[least]++;
        }
        return divided;
    }

    private static boolean bound(Rule r) {
        return r.aboutSilence() || r.maySilenceController() || QuirkReport.heeds(r.info().id());
    }

    /**
     * What all shares said last, as one.
     *
     * @param parts one of each share, in any order
     */
    public static SessionSummary merged(List<SessionSummary> parts) {
        int violated = 0;
        int unknown = 0;
        int holds = 0;
        List<String> story = new ArrayList<>();
        List<String> quirks = new ArrayList<>();
        for (SessionSummary s : parts) {
            violated += s.violated();
            unknown += s.unknown();
            holds += s.holds();
            story.addAll(s.story());
            quirks.addAll(s.quirks());
        }
        SessionSummary any = parts.get(0);
        return new SessionSummary(
                any.session(), any.events(), any.lost(), violated, unknown, holds, story, quirks);
    }
}
