package io.nvmetap.rule;

import io.nvmetap.finding.SessionSummary;
import io.nvmetap.rule.quirk.QuirkReport;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The rules of one controller divided among several analyzers, so that a busy controller can have
 * more than one core. Each analyzer takes every event and rebuilds the whole history, which is a
 * fourteenth of the work, and judges by its own rules: what a rule sees, and so what it finds, does
 * not depend on the division (docs/adr/0009).
 */
public final class RuleShares {
    /** Most shares: with more, the one of the rules that belong together is the slowest. */
    public static final int SHARES_MAX = 8;

    /** The share that also tells the story, ranks suspicions and reports quirks. */
    public static final int LEAD = 0;

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

    /** The shares, about equal by number; the lead has all that others' findings bear upon. */
    static List<List<Rule>> divide(List<Rule> rules, int shares) {
        List<List<Rule>> divided = new ArrayList<>();
        for (int i = 0; i < shares; i++) {
            divided.add(new ArrayList<>());
        }
        List<Rule> free = new ArrayList<>();
        for (Rule r : rules) {
            (bound(r) ? divided.get(LEAD) : free).add(r);
        }
        for (Rule r : free) {
            List<Rule> least = divided.get(shares - 1);
            for (List<Rule> share : divided) {
                least = share.size() < least.size() ? share : least;
            }
            least.add(r);
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
