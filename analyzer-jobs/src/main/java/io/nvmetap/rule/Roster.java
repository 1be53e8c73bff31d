package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Finding;
import io.nvmetap.history.History;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Which rules are asked about which event, in the order of the registry: those that read its kind,
 * and those with deadlines; all of them wherever something was turned over.
 *
 * <p>Design note: most rules read few kinds, and asking each about every event cost five times what
 * they did with it.
 */
final class Roster implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int KINDS = EventKind.values().length;

    private final Judge[] judges;
    private boolean everyRuleNext;

    /** Who has deadlines. */
    private transient Judge[] timed;

    /** By kind: who reads it. */
    private transient Judge[][] readers;

    /** By kind: who reads it or has deadlines, and of these who reads it. */
    private transient Judge[][] asked;

    private transient boolean[][] steps;

    /** No deadline is earlier, so until then only readers are asked. */
    private transient long dueNs = Timed.ALWAYS;

    Roster(List<Judge> judges) {
        this.judges = judges.toArray(new Judge[0]);
        list();
    }

    private void list() {
        timed = only(Judge::isTimed);
        readers = new Judge[KINDS][];
        asked = new Judge[KINDS][];
        steps = new boolean[KINDS][];
        for (EventKind kind : EventKind.values()) {
            list(kind);
        }
    }

    private void list(EventKind kind) {
        int k = kind.ordinal();
        readers[k] = only(j -> reads(j, kind));
        asked[k] = only(j -> j.isTimed() || reads(j, kind));
        steps[k] = new boolean[asked[k].length];
        for (int i = 0; i < asked[k].length; i++) {
            steps[k][i] = reads(asked[k][i], kind);
        }
    }

    private Judge[] only(Predicate<Judge> wanted) {
        return Arrays.stream(judges).filter(wanted).toArray(Judge[]::new);
    }

    /** Who is asked follows from the rules, which may read other kinds than when it was written. */
    private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
        in.defaultReadObject();
        dueNs = Timed.ALWAYS;
        list();
    }

    private static boolean reads(Judge judge, EventKind kind) {
        return !Rule.BUSY.contains(kind) || judge.rule().reads().contains(kind);
    }

    /** Everybody, in the order of the registry. */
    Judge[] judges() {
        return judges;
    }

    /** What the next event does not show has changed: all rules are asked about it. */
    void everyRuleNext() {
        everyRuleNext = true;
    }

    /** Asks about the event that {@code h} has just applied. */
    void ask(History h, CapturedEvent e, Consumer<Finding> findings) {
        if (everyRuleNext || !quiet(h, e)) {
            everyRuleNext = false;
            askAll(h, e, findings);
        } else if (h.nowNs >= dueNs) {
            askDue(h, e, findings);
        } else {
            long due = dueNs;
            for (Judge judge : readers[e.kind.ordinal()]) {
                judge.step(h, e, true, findings);
                due = Math.min(due, judge.dueNs());
            }
            dueNs = due;
        }
    }

    private void askAll(History h, CapturedEvent e, Consumer<Finding> findings) {
        for (Judge judge : judges) {
            judge.step(h, e, true, findings);
        }
        dueNs = earliest();
    }

    private void askDue(History h, CapturedEvent e, Consumer<Finding> findings) {
        Judge[] turns = asked[e.kind.ordinal()];
        boolean[] step = steps[e.kind.ordinal()];
        for (int i = 0; i < turns.length; i++) {
            if (step[i] || turns[i].dueNs() <= h.nowNs) {
                turns[i].step(h, e, step[i], findings);
            }
        }
        dueNs = earliest();
    }

    private long earliest() {
        long due = Timed.NEVER;
        for (Judge judge : timed) {
            due = Math.min(due, judge.dueNs());
        }
        return due;
    }

    /** Nothing began, ended or was lost, and what is known of the sides that count stays so. */
    private static boolean quiet(History h, CapturedEvent e) {
        boolean guestCounts = h.header.mediated() || e.side == Side.GUEST;
        boolean known = h.device.known && (h.guest.known || !guestCounts);
        return known && !h.facts.turned() && h.gapSeq != e.seq;
    }
}
