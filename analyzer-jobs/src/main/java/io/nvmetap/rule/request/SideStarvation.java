package io.nvmetap.rule.request;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.QueueChange;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Requests of one side wait while the mediator goes on submitting the other side's on the same
 * completion queue. What counts of a wait is its part up to the last of those: a side whose turn
 * just does not end, because the controller is slow, starves nobody.
 */
public final class SideStarvation extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator issued commands of its own").bothSides();

    private static final Threshold LONGEST = Threshold.ms("side-starvation.max", 1_000);
    private static final Threshold P99 = Threshold.ms("side-starvation.p99", 100);

    /** Waits of one side before a percentile of them means something. */
    private static final long WAITS_MIN = 100;

    /** Own commands, and doorbells of one queue, that are followed while they wait. */
    private static final int FOLLOWED_MAX = 4096;

    /** Something that waits: entries a doorbell brought, or one own command. */
    private static final class Wait implements Serializable {
        private static final long serialVersionUID = 1L;
        int sqid;
        int entries;
        long ns;
        long seq;
    }

    /** One side's waits since the enable. */
    private static final class Waits implements Serializable {
        private static final long serialVersionUID = 1L;
        long all;
        long late;
        boolean spoken;
    }

    /** Last commands submitted on one completion queue, by side. */
    private static final class Turn implements Serializable {
        private static final long serialVersionUID = 1L;
        final long[] ns = {-1, -1};
        final long[] seq = {-1, -1};
    }

    private static final int GUEST = 0;
    private static final int OWN = 1;

    private final Map<Integer, ArrayDeque<Wait>> guestWaits = new HashMap<>();
    private final Map<Long, Wait> ownWaits = new LinkedHashMap<>();
    private final Map<Integer, Turn> turns = new HashMap<>();
    private final Waits[] waits = {new Waits(), new Waits()};
    private long gapSeq = -1;

    /** The guest's queues are as they were when those that are gone were forgotten. */
    private boolean swept;

    /** No doorbell of the guest waits. */
    private boolean guestServed;

    public SideStarvation() {
        super(
                new RuleInfo(
                        "side-starvation",
                        "One side starves",
                        Severity.WARNING,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "no clause: where guest and mediator take turns, a turn must end while the"
                                + " other waits; the times are settings",
                        "End a side's turn after so much time or so many commands once the other"
                                + " side waits.",
                        List.of("E10")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(LONGEST, P99);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.SHADOW_DOORBELL,
                EventKind.COMMAND_FETCHED,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_COPIED,
                EventKind.REQUEST_STATE);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean over = h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            forget();
        }
        swept &= !QueueChange.possible(h, e);
        if (!blind(h).isEmpty() || !h.guest.known || !h.device.known) {
            return;
        }
        switch (e.kind) {
            case DOORBELL_RUNG -> rung(h, e);
            case COMMAND_FETCHED -> fetched(h, e, judge);
            case COMMAND_EMITTED -> emitted(h, e, judge);
            case REQUEST_STATE -> state(e);
            case COMPLETION_COPIED -> gone(h);
            default -> {
                // Nobody begins or ends to wait.
            }
        }
    }

    private void forget() {
        guestWaits.clear();
        ownWaits.clear();
        turns.clear();
        waits[GUEST] = new Waits();
        waits[OWN] = new Waits();
    }

    private void rung(History h, CapturedEvent e) {
        boolean tail = e.side == Side.GUEST && e.doorbell == DoorbellKind.SQ_TAIL;
        if (!tail || h.facts.sq == null || h.facts.advance == 0) {
            return;
        }
        ArrayDeque<Wait> queue = guestWaits.computeIfAbsent(e.qid, q -> new ArrayDeque<>());
        if (queue.size() < FOLLOWED_MAX) {
            Wait w = new Wait();
            w.sqid = e.qid;
            w.entries = h.facts.advance;
            w.ns = e.timeNs;
            w.seq = e.seq;
            queue.add(w);
            guestServed = false;
        }
    }

    private void fetched(History h, CapturedEvent e, Judge judge) {
        ArrayDeque<Wait> queue = guestWaits.get(e.qid);
        Wait w = queue == null ? null : queue.peek();
        if (w == null) {
            return;
        }
        if (--w.entries <= 0) {
            queue.remove();
        }
        ended(h, w, GUEST, judge);
    }

    private void state(CapturedEvent e) {
        if (e.owner != Owner.MEDIATOR || e.commandId < 0) {
            return;
        }
        if (e.request == RequestStep.QUEUED && ownWaits.size() < FOLLOWED_MAX) {
            Wait w = new Wait();
            w.sqid = e.qid;
            w.ns = e.timeNs;
            w.seq = e.seq;
            ownWaits.put(e.commandId, w);
        } else if (e.request != RequestStep.QUEUED && e.request != RequestStep.SUBMITTED) {
            // Paused, or given up.
            ownWaits.remove(e.commandId);
        }
    }

    private void emitted(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        if (c == null || c.waitsForEvent() || c.owner == Owner.UNKNOWN) {
            return;
        }
        boolean own = c.owner == Owner.MEDIATOR;
        Wait w = own ? ownWaits.remove(c.commandId) : null;
        if (w != null) {
            ended(h, w, OWN, judge);
        }
        SubmissionQueue sq = h.facts.sq;
        if (sq != null) {
            Turn turn = turns.computeIfAbsent(sq.cqid, q -> new Turn());
            turn.ns[own ? OWN : GUEST] = e.timeNs;
            turn.seq[own ? OWN : GUEST] = e.seq;
        }
    }

    private Turn turn(History h, int sqid) {
        SubmissionQueue sq = h.device.sqs.get(sqid);
        return sq == null ? null : turns.get(sq.cqid);
    }

    private void ended(History h, Wait w, int side, Judge judge) {
        judge.chance();
        Turn turn = turn(h, w.sqid);
        long starved = turn == null ? -1 : turn.ns[1 - side] - w.ns;
        Waits of = waits[side];
        of.all++;
        of.late += starved > judge.settings().of(P99) ? 1 : 0;
        boolean often = of.all >= WAITS_MIN && of.late * 100 > of.all;
        if (starved > judge.settings().of(LONGEST)) {
            accuse(h, w, side, "for " + starved / 1_000_000 + " ms", judge);
        } else if (often && starved > judge.settings().of(P99)) {
            String how =
                    String.format(
                            "for %d ms, and %d of %d of its waits were too long",
                            starved / 1_000_000, of.late, of.all);
            accuse(h, w, side, how, judge);
        }
    }

    private void accuse(History h, Wait w, int side, String how, Judge judge) {
        if (waits[side].spoken) {
            return;
        }
        waits[side].spoken = true;
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "A request of the %s on submission queue %d waits %s while the mediator"
                                + " goes on submitting the %s.",
                        side == OWN ? "mediator" : "guest",
                        w.sqid,
                        how,
                        side == OWN ? "guest's" : "mediator's own"),
                Where.sq(w.sqid),
                w.seq,
                turn(h, w.sqid).seq[1 - side],
                h.seq);
    }

    /** Queues that are gone have nothing that waits. */
    private void gone(History h) {
        if (!swept) {
            guestWaits.keySet().removeIf(q -> !h.guest.sqs.containsKey(q));
            swept = true;
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (turns.isEmpty()) {
            return NEVER;
        }
        if (!h.guest.known || !h.device.known) {
            return ALWAYS;
        }
        if (guestServed && ownWaits.isEmpty()) {
            return NEVER;
        }
        long next = NEVER;
        boolean served = true;
        for (ArrayDeque<Wait> queue : guestWaits.values()) {
            Wait first = queue.peek();
            served &= first == null;
            if (first != null && !waits[GUEST].spoken) {
                if (full(h, first.sqid)) {
                    // It is the guest that does not make room for its completions.
                    first.ns = h.nowNs;
                    next = ALWAYS;
                }
                still(h, first, GUEST, judge);
            }
        }
        guestServed = served;
        if (!ownWaits.isEmpty() && !waits[OWN].spoken) {
            still(h, ownWaits.values().iterator().next(), OWN, judge);
        }
        // Who has turns, and what is full, changes with steps only.
        return next;
    }

    private void still(History h, Wait w, int side, Judge judge) {
        Turn turn = turn(h, w.sqid);
        long starved = turn == null ? -1 : turn.ns[1 - side] - w.ns;
        if (starved > judge.settings().of(LONGEST)) {
            accuse(h, w, side, "for " + starved / 1_000_000 + " ms and still", judge);
        }
    }

    private static boolean full(History h, int sqid) {
        SubmissionQueue sq = h.guest.sqs.get(sqid);
        CompletionQueue cq = sq == null ? null : h.guest.cqs.get(sq.cqid);
        return cq != null && cq.unacked.size() >= cq.sizeEntries - 1;
    }
}
