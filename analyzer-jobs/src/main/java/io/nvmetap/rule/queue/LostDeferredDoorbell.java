package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
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

/** The guest rang a tail and the mediator, alive, did not fetch. */
public final class LostDeferredDoorbell extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().sees(Unseen.GUEST_SIDE);

    private static final Threshold UNSERVED = Threshold.ms("lost-deferred-doorbell.unserved", 10);

    private final Set<Integer> paused = new HashSet<>();

    /** Queues to the last moment at which the controller kept the mediator's turn from ending. */
    private final Map<Integer, Long> excusedNs = new HashMap<>();

    public LostDeferredDoorbell() {
        super(
                new RuleInfo(
                        "lost-deferred-doorbell",
                        "Doorbell never served",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.1.2 (the consumer fetches up to the tail)",
                        "Whatever parks a doorbell must re-run it when the reason has gone; do not"
                                + " wait for an unrelated event.",
                        List.of("B8")));
    }

    @Override
    public boolean aboutSilence() {
        return true;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(UNSERVED);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED, EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.DECISION && e.side == Side.DEVICE) {
            return; // About the mediator's own commands; the guest's pause goes on.
        }
        if (e.kind == EventKind.DECISION) {
            if (e.decision == DecisionKind.DEFERRED || e.decision == DecisionKind.PAUSED) {
                paused.add(e.qid);
            } else if (e.decision == DecisionKind.RESUMED) {
                paused.remove(e.qid);
            }
        } else if (e.kind == EventKind.COMPLETION_SEEN && e.owner == Owner.MEDIATOR) {
            // Until this very moment the controller was what the guest waited for.
            paused.forEach(qid -> excusedNs.put(qid, h.nowNs));
        } else if (e.kind == EventKind.COMMAND_FETCHED && h.guest.known) {
            judge.chance();
            SubmissionQueue sq = h.facts.sq;
            long wait = sq == null ? -1 : sinceExcuse(h, sq.qid, h.facts.waitedNs);
            if (sq != null && !sq.waitingReported && wait > deadline(sq.qid, judge)) {
                report(
                        sq,
                        h.facts.waitedFromSeq,
                        wait,
                        " It was served by accident.",
                        judge,
                        e.seq);
            }
        } else if (e.kind == EventKind.CONTROLLER_RESET || h.facts.disabled) {
            paused.clear();
            excusedNs.clear();
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (!blind(h).isEmpty()) {
            return NEVER;
        }
        if (!h.guest.known) {
            return ALWAYS;
        }
        long pausedNs = judge.settings().of(CommonThresholds.PAUSED_DOORBELL);
        long shortestNs = Math.min(judge.settings().of(UNSERVED), pausedNs);
        long next = h.nowNs + shortestNs;
        for (SubmissionQueue sq : h.guest.sqs.values()) {
            if (sq.waitingSinceNs < 0 || sq.waitingReported) {
                continue;
            }
            if (waitsForController(h, sq.qid)) {
                excusedNs.put(sq.qid, h.nowNs);
                continue;
            }
            long wait = sinceExcuse(h, sq.qid, h.nowNs - sq.waitingSinceNs);
            boolean alive = h.mediatorAliveNs > sq.waitingSinceNs;
            if (wait > (alive ? deadline(sq.qid, judge) : pausedNs)) {
                report(sq, sq.waitingSeq, wait, "", judge, h.seq);
            }
            next = Math.min(next, h.nowNs - wait + shortestNs);
        }
        // While paused, each event tells anew whether the controller is an excuse.
        return paused.isEmpty() ? next : ALWAYS;
    }

    /**
     * The guest is paused for the mediator's own turn, which lasts because the controller has not
     * completed its commands; or the controller has as many of the guest's commands as its queue
     * holds. Own commands alone excuse nothing.
     */
    private boolean waitsForController(History h, int sqid) {
        return isPaused(sqid)
                && (h.device.inFlight.values().stream().anyMatch(c -> c.owner == Owner.MEDIATOR)
                        || full(h, sqid));
    }

    private boolean isPaused(int sqid) {
        return !paused.isEmpty() && (paused.contains(sqid) || paused.contains(-1));
    }

    private static boolean full(History h, int sqid) {
        SubmissionQueue sq = h.device.sqs.get(sqid);
        return sq != null && h.device.counts().of(sqid) >= sq.sizeEntries - 1;
    }

    /** The part of a wait that the controller is no excuse for. */
    private long sinceExcuse(History h, int sqid, long waitedNs) {
        Long excused = excusedNs.isEmpty() ? null : excusedNs.get(sqid);
        return excused == null ? waitedNs : Math.min(waitedNs, h.nowNs - excused);
    }

    private long deadline(int sqid, Judge judge) {
        return isPaused(sqid)
                ? judge.settings().of(CommonThresholds.PAUSED_DOORBELL)
                : judge.settings().of(UNSERVED);
    }

    private static void report(
            SubmissionQueue sq, long doorbell, long waitNs, String how, Judge judge, long seq) {
        sq.waitingReported = true;
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Tail %d of submission queue %d waits %d us for the mediator, which works on"
                                + " other things.%s",
                        sq.tail, sq.qid, waitNs / 1_000, how),
                Where.sq(sq.qid),
                doorbell,
                seq);
    }
}
