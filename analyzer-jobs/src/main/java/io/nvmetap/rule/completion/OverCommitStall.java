package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * SQHD frees a slot when its command was taken, so more commands may be in flight than a queue has
 * entries. Who takes them runs out of requests, stops fetching and does not go on when some end.
 */
public final class OverCommitStall extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Threshold WAKEUP = Threshold.ms("over-commit-stall.wakeup", 10);

    /** A queue whose last fetch left as many commands in flight as it has entries, or more. */
    private static final class Crowd implements Serializable {
        private static final long serialVersionUID = 1L;
        final SubmissionQueue sq;
        final int inFlight;
        final long fetchSeq;
        long freedNs = -1;
        long freedSeq = -1;

        Crowd(SubmissionQueue sq, int inFlight, long fetchSeq) {
            this.sq = sq;
            this.inFlight = inFlight;
            this.fetchSeq = fetchSeq;
        }
    }

    private final Map<Integer, Crowd> crowds = new HashMap<>();
    private final Set<Integer> paused = new HashSet<>();

    public OverCommitStall() {
        super(
                new RuleInfo(
                        "over-commit-stall",
                        "Over-committed queue not fetched any more",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.1.2 (SQHD frees slots; it says nothing of commands in"
                                + " flight)",
                        "When a request becomes free look at the queues that had to wait for one; do"
                                + " not wait for another doorbell.",
                        List.of("B9")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(WAKEUP);
    }

    private static SideState side(History h) {
        return h.header.mediated() ? h.guest : h.device;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.COMMAND_FETCHED,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        SideState side = side(h);
        if (e.kind == EventKind.CONTROLLER_RESET || h.facts.disabled || !side.known) {
            crowds.clear();
            paused.clear();
        }
        if (e.kind == EventKind.DECISION && e.side == Side.GUEST) {
            if (e.decision == DecisionKind.PAUSED) {
                paused.add(e.qid);
            } else if (e.decision == DecisionKind.RESUMED) {
                paused.remove(e.qid);
            }
        }
        Command c = h.facts.command;
        if (c == null || e.side != side.side || !side.known) {
            return;
        }
        if (c.startSeq == e.seq) {
            fetched(side, e, judge);
        } else if (c.doneSeq == e.seq) {
            completed(h, c);
        }
    }

    private void fetched(SideState side, CapturedEvent e, Judge judge) {
        SubmissionQueue sq = side.sqs.get(e.qid);
        crowds.remove(e.qid);
        int inFlight = side.counts().of(e.qid);
        if (sq != null && inFlight >= sq.sizeEntries) {
            judge.chance();
            crowds.put(e.qid, new Crowd(sq, inFlight, e.seq));
        }
    }

    private void completed(History h, Command c) {
        Crowd crowd = crowds.get(c.sqid);
        if (crowd != null && crowd.freedNs < 0) {
            crowd.freedNs = h.nowNs;
            crowd.freedSeq = c.doneSeq;
        }
    }

    @Override
    public long time(History h, Judge judge) {
        SideState side = side(h);
        Iterator<Crowd> all = crowds.values().iterator();
        while (all.hasNext()) {
            Crowd crowd = all.next();
            if (side.sqs.get(crowd.sq.qid) != crowd.sq || h.resetting) {
                all.remove();
            } else if (crowd.freedNs >= 0 && crowd.sq.waitingSinceNs >= 0) {
                if (mayWait(side, crowd.sq)) {
                    crowd.freedNs = h.nowNs;
                } else if (h.nowNs - Math.max(crowd.freedNs, crowd.sq.waitingSinceNs)
                        > limitNs(h, crowd, judge)) {
                    all.remove();
                    stalled(h, crowd, judge);
                }
            }
        }
        return crowds.isEmpty() ? NEVER : ALWAYS;
    }

    /** The other side's turn, or nobody could complete what would be fetched. */
    private boolean mayWait(SideState side, SubmissionQueue sq) {
        CompletionQueue cq = side.cqs.get(sq.cqid);
        boolean full = cq == null || cq.unacked.size() >= cq.sizeEntries - 1;
        return full || paused.contains(sq.qid) || paused.contains(-1);
    }

    private static long limitNs(History h, Crowd crowd, Judge judge) {
        boolean alive = h.header.mediated() && h.mediatorAliveNs > crowd.freedNs;
        return judge.settings().of(alive ? WAKEUP : CommonThresholds.PAUSED_DOORBELL);
    }

    private static void stalled(History h, Crowd crowd, Judge judge) {
        judge.violated(
                h.header.mediated() ? Party.MEDIATOR : Party.CONTROLLER,
                String.format(
                        "Submission queue %d of %d entries had %d commands in flight when it was"
                                + " fetched last; commands have completed since, tail %d waits, and"
                                + " nothing is fetched.",
                        crowd.sq.qid, crowd.sq.sizeEntries, crowd.inFlight, crowd.sq.tail),
                Where.sq(crowd.sq.qid),
                crowd.fetchSeq,
                crowd.freedSeq,
                crowd.sq.waitingSeq,
                h.seq);
    }
}
