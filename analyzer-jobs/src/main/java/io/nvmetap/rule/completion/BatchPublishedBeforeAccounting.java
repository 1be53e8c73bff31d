package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A guest acknowledges completions that were published to it (NVMe over PCIe Transport 1.0,
 * 3.1.2.2), and the mediator, whose books are behind, drops the head or never passes it on.
 */
public final class BatchPublishedBeforeAccounting extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().bothSides().sees(Unseen.DECISIONS);

    private static final Threshold UNPASSED =
            Threshold.ms("batch-published-before-accounting.deadline", 10);

    /** Things of one queue that may be held at a time; of more the first are remembered. */
    private static final int HELD_MAX = 16;

    /** With more that is not acknowledged the oldest is looked at after each event instead. */
    private static final int LOOKED_THROUGH_MAX = 64;

    /** Word by which a decision tells a completion queue's doorbell from the other. */
    private static final String HEAD = "head";

    /** Guest completion queues to those of their heads that are in order, none decided yet. */
    private final Map<Integer, CompletionQueue> legal = new HashMap<>();

    /** Guest completion queues that were once rung wrongly: nobody knows what counts there. */
    private final Set<Integer> spoiled = new HashSet<>();

    /** What the mediator holds of a queue, if anything, and when it last did. */
    private final Map<Integer, Set<String>> held = new HashMap<>();

    private final Map<Integer, Long> heldNs = new HashMap<>();

    /** Device side completion queues that were spoken of. */
    private final Set<Integer> reported = new HashSet<>();

    private boolean refused;
    private long gapSeen = -1;

    /**
     * What waits on the device side's completion queues was not acknowledged before; so long
     * nothing can be overdue, and nobody walks what waits. 0, the least, in older state.
     */
    private long ackedFromNs;

    public BatchPublishedBeforeAccounting() {
        super(
                new RuleInfo(
                        "batch-published-before-accounting",
                        "Acknowledgement of published completions lost",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe over PCIe Transport 1.0, 3.1.2.2 (Completion Queue Head Doorbell);"
                                + " NVMe Base 2.0, 3.3.1.2",
                        "Bring heads, tails and phase up to date before the store that makes the"
                                + " first completion of a batch visible; a guest may acknowledge at"
                                + " once.",
                        List.of("A2")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(UNPASSED);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        // Completions change what is overdue when.
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.SHADOW_DOORBELL,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            ackedFromNs = Long.MIN_VALUE;
            return;
        }
        mayBeAcked(h.facts.command, e.timeNs);
        boolean gap = gapSeen != h.gapSeq;
        gapSeen = h.gapSeq;
        if (gap || e.kind == EventKind.CONTROLLER_RESET || h.facts.disabled || h.facts.enabled) {
            clear();
        }
        if (e.kind == EventKind.DECISION && e.side == Side.GUEST) {
            decided(h, e, judge);
        } else if (e.kind == EventKind.DECISION) {
            refused |= e.decision == DecisionKind.REJECTED && e.cid < 0;
        } else if (e.side == Side.GUEST && h.facts.cq != null) {
            boolean head = e.doorbell == DoorbellKind.CQ_HEAD;
            if (head && e.kind == EventKind.DOORBELL_RUNG) {
                rung(h, e, judge);
            } else if (head && e.kind == EventKind.SHADOW_DOORBELL) {
                spoiled.add(e.qid);
            }
        }
    }

    /** Acknowledged by this event, or found to have been: when its completion is copied or seen. */
    private void mayBeAcked(Command c, long nowNs) {
        ackedFromNs = Math.min(ackedFromNs, nowNs);
        if (c != null && c.ackedNs >= 0) {
            ackedFromNs = Math.min(ackedFromNs, c.ackedNs);
        }
        if (c != null && c.fetched != null && c.fetched.ackedNs >= 0) {
            ackedFromNs = Math.min(ackedFromNs, c.fetched.ackedNs);
        }
    }

    private void clear() {
        legal.clear();
        spoiled.clear();
        held.clear();
        heldNs.clear();
        reported.clear();
        refused = false;
    }

    /** The guest rings a head: in order if it covers what it could see, and not all of nothing. */
    private void rung(History h, CapturedEvent e, Judge judge) {
        CompletionQueue cq = h.facts.cq;
        boolean inside = e.value >= 0 && e.value < cq.sizeEntries;
        legal.remove(e.qid);
        if (!inside || h.facts.advance > h.facts.unackedBefore) {
            spoiled.add(e.qid);
        } else if (h.facts.advance > 0 && judged(h, e.qid)) {
            judge.chance();
            legal.put(e.qid, cq);
        }
    }

    /** Both sides are known and at work, and nothing says that the mediator gave up. */
    private boolean judged(History h, int qid) {
        boolean known = h.guest.known && h.device.known;
        boolean works = h.guest.enabled && h.device.enabled && !h.resetting && !refused;
        return known && works && !spoiled.contains(qid);
    }

    private void decided(History h, CapturedEvent e, Judge judge) {
        switch (e.decision) {
            case DEFERRED, PAUSED -> {
                Set<String> things = held.computeIfAbsent(e.qid, q -> new HashSet<>());
                if (things.size() < HELD_MAX) {
                    things.add(e.text);
                }
            }
            case RESUMED -> {
                Set<String> things = held.get(e.qid);
                if (things != null) {
                    things.remove(e.text);
                    heldNs.put(e.qid, h.nowNs);
                    if (things.isEmpty()) {
                        held.remove(e.qid);
                    }
                }
            }
            case REJECTED -> refused |= e.cid < 0;
            case IGNORED -> ignored(h, e, judge);
            default -> {
                // Changed, and passed on.
            }
        }
    }

    private void ignored(History h, CapturedEvent e, Judge judge) {
        CompletionQueue cq = h.guest.cqs.get(e.qid);
        boolean last = cq != null && e.text.contains(HEAD) && legal.remove(e.qid) == cq;
        if (last && judged(h, e.qid)) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "Head %d of completion queue %d, which covers only what was published"
                                    + " before, is ignored (%s).",
                            cq.head, cq.qid, e.label),
                    Where.cq(cq.qid),
                    cq.headSeq,
                    e.seq);
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (!blind(h).isEmpty()) {
            return NEVER;
        }
        if (!h.device.known || h.device.doorbellBuffers) {
            return ALWAYS;
        }
        long limitNs =
                Math.min(
                        judge.settings().of(UNPASSED),
                        judge.settings().of(CommonThresholds.PAUSED_DOORBELL));
        if (held.isEmpty() && h.nowNs <= ackedFromNs + limitNs) {
            return ackedFromNs + limitNs;
        }
        for (CompletionQueue cq : h.device.cqs.values()) {
            Command oldest = cq.unacked.peekFirst();
            boolean acked = oldest != null && oldest.fetched != null && oldest.fetched.ackedNs >= 0;
            if (acked && !cq.shadowed && !isHeld(h, cq.qid) && judged(h, oldest.fetched.cqid)) {
                overdue(h, cq, oldest, judge);
            }
        }
        ackedFromNs = ackedFrom(h);
        return held.isEmpty() ? ackedFromNs + limitNs : ALWAYS;
    }

    /** Earliest that one which waits was acknowledged, or will be from now on. */
    private static long ackedFrom(History h) {
        long oldestNs = h.nowNs;
        for (CompletionQueue cq : h.device.cqs.values()) {
            if (cq.unacked.size() > LOOKED_THROUGH_MAX) {
                return Long.MIN_VALUE;
            }
            for (Command c : cq.unacked) {
                boolean acked = c.fetched != null && c.fetched.ackedNs >= 0;
                oldestNs = acked ? Math.min(oldestNs, c.fetched.ackedNs) : oldestNs;
            }
        }
        return oldestNs;
    }

    private boolean isHeld(History h, int qid) {
        boolean holds = !held.getOrDefault(qid, Set.of()).isEmpty();
        boolean all = !held.getOrDefault(-1, Set.of()).isEmpty();
        if (holds || all) {
            heldNs.put(qid, h.nowNs);
        }
        return holds || all;
    }

    private void overdue(History h, CompletionQueue cq, Command oldest, Judge judge) {
        long ackedNs = oldest.fetched.ackedNs;
        long sinceNs = Math.max(ackedNs, heldNs.getOrDefault(cq.qid, ackedNs));
        boolean alive = h.mediatorAliveNs > ackedNs;
        long limitNs =
                alive
                        ? judge.settings().of(UNPASSED)
                        : judge.settings().of(CommonThresholds.PAUSED_DOORBELL);
        if (h.nowNs - sinceNs > limitNs && reported.add(cq.qid)) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "The guest acknowledged a completion %d us ago, and the controller's"
                                    + " completion queue %d, where it is the oldest, was not"
                                    + " acknowledged.",
                            (h.nowNs - ackedNs) / 1_000, cq.qid),
                    Where.of(oldest),
                    oldest.doneSeq,
                    oldest.fetched.ackedSeq,
                    h.seq);
        }
    }
}
