package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.history.History;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Takes what one rule says and makes findings of it; keeps the rule's verdict. */
public final class Judge implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Findings of one rule in one session; later ones are counted only. */
    public static final int FINDINGS_MAX = 1_000;

    private final Rule rule;
    private final RuleSettings settings;

    /** The rule, if it has deadlines, else null. */
    private final Timed timed;

    private transient Consumer<Finding> sink;
    private transient History history;
    private long restUntilNs = Timed.ALWAYS;
    private long chances;
    private long violations;
    private String doubt = "";

    Judge(Rule rule, RuleSettings settings) {
        this.rule = rule;
        this.settings = settings;
        this.timed = rule instanceof Timed t ? t : null;
    }

    /** The rule it speaks for. */
    Rule rule() {
        return rule;
    }

    /** It has deadlines. */
    boolean isTimed() {
        return timed != null;
    }

    /**
     * @return event time from which it is to be asked about the time, if it makes no step before
     */
    long dueNs() {
        return timed == null ? Timed.NEVER : restUntilNs;
    }

    /**
     * @return thresholds in force
     */
    public RuleSettings settings() {
        return settings;
    }

    /** Something this rule judges was seen. */
    public void chance() {
        chances++;
    }

    /** The rule cannot be decided in this session; the first reason is kept. */
    public void doubt(String reason) {
        if (doubt.isEmpty()) {
            doubt = reason;
        }
    }

    /** The rule is broken, by {@code owner}, as the events {@code evidence} prove. */
    public void violated(Party owner, String explanation, Where where, long... evidence) {
        violated(rule.info().severity(), owner, explanation, where, evidence);
    }

    /** The same, with a severity of its own: less than the rule's. */
    public void violated(
            Severity severity, Party owner, String explanation, Where where, long... evidence) {
        chances++;
        if (!history.header.mixedControllers().isEmpty()) {
            doubt("several controllers are mixed: " + history.header.mixedControllers());
            return;
        }
        if (violations++ < FINDINGS_MAX) {
            List<Long> seqs = new ArrayList<>();
            for (long seq : evidence) {
                if (seq >= 0 && !seqs.contains(seq)) {
                    seqs.add(seq);
                }
            }
            seqs.sort(null);
            sink.accept(finding(Verdict.VIOLATED, severity, owner, explanation, where, seqs));
        }
    }

    /**
     * Looks at one event; a crash of the rule is its own UNKNOWN, never the session's end.
     *
     * @param steps the rule reads it; else only its deadlines are looked at
     */
    void step(History h, CapturedEvent e, boolean steps, Consumer<Finding> out) {
        history = h;
        sink = out;
        try {
            if (steps) {
                rule.step(h, e, this);
            }
            if (timed != null) {
                restUntilNs = timed.time(h, this);
            }
        } catch (RuntimeException crash) {
            doubt("the rule failed on event " + e.seq + ": " + crash);
        }
    }

    /** Gives the rule's verdict on the whole session, if no finding has given it. */
    Verdict end(History h, Consumer<Finding> out) {
        history = h;
        if (violations > 0) {
            return Verdict.VIOLATED;
        }
        String reason = unknownBecause(h);
        Verdict verdict = reason.isEmpty() ? Verdict.HOLDS : Verdict.UNKNOWN;
        String text = reason.isEmpty() ? "seen " + chances + " times, never broken" : reason;
        Severity severity = rule.info().severity();
        out.accept(finding(verdict, severity, Party.UNKNOWN, text, Where.NOWHERE, List.of()));
        return verdict;
    }

    private String unknownBecause(History h) {
        if (!h.header.mixedControllers().isEmpty()) {
            return "several controllers are mixed: " + h.header.mixedControllers();
        }
        String blind = rule.blind(h);
        if (!blind.isEmpty()) {
            return blind;
        }
        if (!doubt.isEmpty()) {
            return doubt;
        }
        if (h.gapSeq >= 0) {
            return "events are missing before event " + h.gapSeq;
        }
        return chances == 0 ? "nothing that this rule judges was seen" : "";
    }

    private Finding finding(
            Verdict verdict,
            Severity severity,
            Party owner,
            String explanation,
            Where where,
            List<Long> evidence) {
        RuleInfo info = rule.info();
        long from = evidence.isEmpty() ? 0 : evidence.get(0);
        long to = evidence.isEmpty() ? history.seq : evidence.get(evidence.size() - 1);
        String id =
                String.join(
                        ":",
                        history.session,
                        info.id(),
                        Integer.toString(history.controller),
                        verdict.name(),
                        Long.toString(from),
                        Long.toString(to),
                        where.sqid() + "." + where.cqid() + "." + where.cid());
        return new Finding(
                id,
                history.session,
                info.id(),
                verdict,
                severity,
                owner,
                history.controller,
                where.sqid(),
                where.cqid(),
                where.cid(),
                from,
                to,
                history.nowNs,
                info.title(),
                explanation,
                evidence,
                info.clause(),
                verdict == Verdict.VIOLATED ? info.remedy() : "",
                info.catalog());
    }
}
