package io.nvmetap.rule;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Finding;
import io.nvmetap.history.Facts;
import io.nvmetap.history.History;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

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

    /** By kind: who is asked, and of these who steps. */
    private final Judge[][] asked = new Judge[KINDS][];

    private final boolean[][] steps = new boolean[KINDS][];
    private boolean everyRuleNext;

    Roster(List<Judge> judges) {
        this.judges = judges.toArray(new Judge[0]);
        for (EventKind kind : EventKind.values()) {
            list(kind);
        }
    }

    private void list(EventKind kind) {
        List<Judge> listed = new ArrayList<>();
        for (Judge judge : judges) {
            if (judge.isTimed() || reads(judge, kind)) {
                listed.add(judge);
            }
        }
        Judge[] turns = listed.toArray(new Judge[0]);
        asked[kind.ordinal()] = turns;
        steps[kind.ordinal()] = new boolean[turns.length];
        for (int i = 0; i < turns.length; i++) {
            steps[kind.ordinal()][i] = reads(turns[i], kind);
        }
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
            for (Judge judge : judges) {
                judge.step(h, e, true, findings);
            }
            return;
        }
        Judge[] turns = asked[e.kind.ordinal()];
        boolean[] step = steps[e.kind.ordinal()];
        for (int i = 0; i < turns.length; i++) {
            if (step[i] || !turns[i].rests(h.nowNs)) {
                turns[i].step(h, e, step[i], findings);
            }
        }
    }

    /** Nothing began, ended or was lost, and what is known of the sides that count stays so. */
    private static boolean quiet(History h, CapturedEvent e) {
        Facts f = h.facts;
        boolean turned = f.enabled || f.disabled || f.queueCreated || f.queueDeleted;
        boolean guestCounts = h.header.mediated() || e.side == Side.GUEST;
        boolean known = h.device.known && (h.guest.known || !guestCounts);
        return known && !turned && h.gapSeq != e.seq;
    }
}
