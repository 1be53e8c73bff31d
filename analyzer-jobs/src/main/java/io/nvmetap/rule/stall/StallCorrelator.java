package io.nvmetap.rule.stall;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.finding.Verdict;
import io.nvmetap.history.History;
import io.nvmetap.rule.Rule;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Looks at the findings of one controller as they come. To one that says that something never came
 * it adds which suspicious facts were near, and how much more often stalls begin near them than
 * elsewhere (lift); and it takes the accusation from a controller that was given just before what
 * may silence it. A function of the events and findings so far.
 */
public final class StallCorrelator implements Serializable {
    private static final long serialVersionUID = 1L;

    /** How long before a stall a broken rule still explains it. */
    private static final long NEAR_NS = 1_000_000_000L;

    private static final int SHOWN_MAX = 4;

    /** Stalls from which a lift means something, and the least that is told. */
    private static final int STALLS_MIN = 2;

    /** Busy windows of which a fact that is in all of them may still be rare. */
    private static final int FEW = 10;

    private static final double LIFT_MIN = 1.5;

    private record Cause(String rule, Party owner, long seq, long timeNs) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    private final Set<String> silent = new TreeSet<>();
    private final Set<String> silencing = new TreeSet<>();
    private final Suspects suspects = new Suspects();
    private final Windows windows = new Windows();

    /** Last finding of each rule that may silence a controller, in this enable. */
    private final Map<String, Cause> causes = new LinkedHashMap<>();

    private int unacked;
    private int unackedOwn;

    /**
     * @param rules those that judge
     */
    public StallCorrelator(List<Rule> rules) {
        for (Rule r : rules) {
            if (r.aboutSilence()) {
                silent.add(r.info().id());
            }
            if (r.maySilenceController()) {
                silencing.add(r.info().id());
            }
        }
    }

    /** Looks at the event that {@code h} has just applied, before the rules do. */
    public void note(History h, CapturedEvent e) {
        if (h.gapSeq == e.seq || e.side == Side.DEVICE && (h.facts.enabled || h.facts.disabled)) {
            suspects.clear();
            causes.values().removeIf(c -> h.gapSeq == e.seq || h.facts.enabled);
        }
        int shown = suspects.note(h, e);
        boolean busy =
                e.side == Side.DEVICE
                        && (e.kind == EventKind.COMMAND_EMITTED
                                || e.kind == EventKind.COMPLETION_SEEN
                                || e.kind == EventKind.DOORBELL_RUNG);
        if (suspects.unacked > 0) {
            unacked = suspects.unacked;
            unackedOwn = suspects.unackedOwn;
        }
        if (busy || shown != 0) {
            windows.busy(e.timeNs, e.seq, shown);
        }
    }

    /** What becomes of a finding. */
    public Finding refine(History h, Finding f) {
        if (f.verdict() != Verdict.VIOLATED) {
            return f;
        }
        boolean cause =
                silencing.contains(f.rule())
                        && f.severity() == Severity.ERROR
                        && (f.owner() == Party.MEDIATOR || f.owner() == Party.GUEST);
        if (cause) {
            causes.put(f.rule(), new Cause(f.rule(), f.owner(), f.toSeq(), f.timeNs()));
        }
        long window = silent.contains(f.rule()) ? windows.of(f.fromSeq()) : -1;
        if (window < 0) {
            return f;
        }
        windows.stall(window);
        return explained(h, f, window);
    }

    private Finding explained(History h, Finding f, long window) {
        Cause cause = f.owner() == Party.CONTROLLER ? causeNear(windows.startNs(window)) : null;
        StringBuilder words = new StringBuilder(f.explanation());
        if (cause != null) {
            words.append(
                    String.format(
                            " The %s broke %s just before (event %d), which can silence a"
                                    + " controller: nobody is accused of the silence itself.",
                            cause.owner.name().toLowerCase(Locale.ROOT), cause.rule, cause.seq));
        }
        words.append(ranked(h, f, window));
        return new Finding(
                f.id(),
                f.session(),
                f.rule(),
                f.verdict(),
                cause == null ? f.severity() : Severity.WARNING,
                cause == null ? f.owner() : Party.UNKNOWN,
                f.controller(),
                f.sqid(),
                f.cqid(),
                f.cid(),
                f.fromSeq(),
                f.toSeq(),
                f.timeNs(),
                f.title(),
                words.toString(),
                f.evidence(),
                f.clause(),
                f.remedy(),
                f.catalog());
    }

    private Cause causeNear(long stallNs) {
        Cause last = null;
        for (Cause c : causes.values()) {
            if (c.timeNs >= stallNs - NEAR_NS && (last == null || c.seq > last.seq)) {
                last = c;
            }
        }
        return last;
    }

    private String ranked(History h, Finding f, long window) {
        int near = windows.near(window);
        int now = suspects.waitingNow(h, f.sqid());
        if (now != 0) {
            unacked = suspects.unacked;
            unackedOwn = suspects.unackedOwn;
        }
        boolean counted = windows.stalls() >= STALLS_MIN;
        List<Suspect> found = new ArrayList<>();
        for (Suspect s : Suspect.values()) {
            boolean concerns = f.owner() != Party.MEDIATOR || s.hindersMediator();
            boolean there = (near & s.bit()) != 0;
            boolean rare = windows.windows() < FEW || windows.lift(s) >= LIFT_MIN;
            if (concerns && (there && rare || (now & s.bit()) != 0)) {
                found.add(s);
            }
        }
        if (found.isEmpty()) {
            return "";
        }
        // Of one stall alone the lift is how rare the fact is.
        found.sort(Comparator.comparingDouble(windows::lift).reversed());
        List<String> words = new ArrayList<>();
        for (Suspect s : found.subList(0, Math.min(SHOWN_MAX, found.size()))) {
            words.add(words(h, s, window, counted));
        }
        return " Suspicious near it: " + String.join("; ", words) + ".";
    }

    private String words(History h, Suspect s, long window, boolean counted) {
        long seq = windows.seq(window, s);
        String what =
                s == Suspect.UNACKED
                        ? unacked
                                + " "
                                + s.words()
                                + (h.header.mediated()
                                        ? " (" + unackedOwn + " of them the mediator's own)"
                                        : "")
                        : s.words();
        if (seq < 0) {
            return what + " (as it is told)";
        }
        String how =
                counted
                        ? String.format(Locale.ROOT, "lift %.1f", windows.lift(s))
                        : String.format(
                                Locale.ROOT,
                                "near %,d of %,d busy windows",
                                windows.with(s),
                                windows.windows());
        return String.format("%s (event %d, %s)", what, seq, how);
    }
}
