package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
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
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** An Apple controller stops posting while completions wait to be acknowledged. */
public final class AppleUnackedCqeStall extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.apple();

    private static final Threshold UNACKED = Threshold.ms("apple-unacked-cqe-stall.age", 2);

    private final Set<Integer> reported = new HashSet<>();

    public AppleUnackedCqeStall() {
        super(
                new RuleInfo(
                        "apple-unacked-cqe-stall",
                        "Controller silent behind unacknowledged completions",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "Quirk of Apple controllers; NVMe Base 2.0 lets a completion queue fill",
                        "Acknowledge every completion on the device side at once, the mediator's own"
                                + " and the guest's, without waiting for the guest.",
                        List.of("I1")));
    }

    @Override
    public boolean aboutSilence() {
        return true;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(UNACKED);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (e.kind == EventKind.COMPLETION_SEEN && blind(h).isEmpty()) {
            judge.chance();
            reported.remove(e.qid);
        }
        if (h.facts.disabled && e.side == Side.DEVICE) {
            reported.clear();
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (!blind(h).isEmpty()) {
            return NEVER;
        }
        if (!h.device.known) {
            return ALWAYS;
        }
        for (CompletionQueue cq : h.device.cqs.values()) {
            Command oldest = cq.unacked.peekFirst();
            Command newest = cq.unacked.peekLast();
            boolean silent =
                    oldest != null
                            && h.nowNs - oldest.doneNs > judge.settings().of(UNACKED)
                            && h.nowNs - newest.doneNs
                                    > judge.settings().of(CommonThresholds.APPLE_SILENCE);
            Command waiting = silent ? waiting(h, cq, newest) : null;
            if (waiting != null && reported.add(cq.qid)) {
                judge.violated(
                        Party.CONTROLLER,
                        "Nothing is posted to completion queue "
                                + cq.qid
                                + " while "
                                + cq.unacked.size()
                                + " completions wait for their acknowledgement.",
                        Where.of(waiting),
                        oldest.doneSeq,
                        waiting.startSeq,
                        h.seq);
            }
        }
        return ALWAYS;
    }

    private static Command waiting(History h, CompletionQueue cq, Command newest) {
        for (Command c : h.device.inFlight.values()) {
            SubmissionQueue sq = h.device.sqs.get(c.sqid);
            boolean here = sq != null && sq.cqid == cq.qid && !c.waitsForEvent();
            if (here && h.nowNs - c.startNs > 1_000_000 && newest.doneNs >= 0) {
                return c;
            }
        }
        return null;
    }
}
