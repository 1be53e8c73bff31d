package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * An identifier goes to Apple's ANS2 again while its last completion is not acknowledged, or as one
 * of the next commands after it though many others are free. The controller may still hold it.
 */
public final class Ans2TagReusedTooSoon extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.ans2();

    private static final Threshold DISTANCE =
            Threshold.count("ans2-tag-reused-too-soon.distance", 2);

    private static final int TAGS = Profiles.ANS2_CID_MAX + 1;

    /** Completion of each identifier that was not used since, the event; 0 none. */
    private final long[] doneSeq = new long[TAGS];

    /** Commands sent until then. */
    private final long[] doneAfter = new long[TAGS];

    private long sent;
    private int epoch = -1;
    private long gapSeq = -1;
    private int epochReported = -1;

    public Ans2TagReusedTooSoon() {
        super(
                new RuleInfo(
                        "ans2-tag-reused-too-soon",
                        "Command identifier used again too soon for Apple's ANS2",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of Apple's ANS2; NVMe Base 2.0 lets an identifier be used again once"
                                + " its completion was seen",
                        "Give identifiers out in turns, never the lowest free one, and acknowledge"
                                + " a completion before its identifier is used again.",
                        List.of("I4")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DISTANCE);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_EMITTED, EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (e.side != Side.DEVICE || !Profiles.isAns2(h)) {
            return;
        }
        if (h.device.epoch != epoch || h.gapSeq != gapSeq || h.facts.disabled) {
            epoch = h.device.epoch;
            gapSeq = h.gapSeq;
            Arrays.fill(doneSeq, 0);
        }
        Command c = h.facts.command;
        if (c == null || c.cid >= TAGS || !h.device.known) {
            return;
        }
        if (e.kind == EventKind.COMPLETION_SEEN) {
            doneSeq[c.cid] = e.seq;
            doneAfter[c.cid] = sent;
        } else if (e.kind == EventKind.COMMAND_EMITTED && e.knows(Sqe.CID_OFFSET, 2)) {
            judge.chance();
            used(h, c, judge);
            doneSeq[c.cid] = 0;
            sent++;
        }
    }

    private void used(History h, Command c, Judge judge) {
        if (epochReported == epoch) {
            return;
        }
        Command held = unacked(h, c.cid);
        if (held != null) {
            speak(h, c, held.doneSeq, "its last completion is not acknowledged", judge);
            return;
        }
        long between = sent - doneAfter[c.cid];
        // With most of them in flight there may be no other.
        boolean choice = h.device.inFlight.size() < TAGS / 2;
        if (doneSeq[c.cid] > 0 && choice && between < judge.settings().of(DISTANCE)) {
            int free = TAGS - h.device.inFlight.size();
            String why =
                    String.format(
                            "it completed %d commands ago and %d others are free", between, free);
            speak(h, c, doneSeq[c.cid], why, judge);
        }
    }

    /** A completion of this identifier that waits on a queue whose head is seen to move. */
    private static Command unacked(History h, int cid) {
        for (CompletionQueue cq : h.device.cqs.values()) {
            boolean acknowledges = cq.headSeq >= 0 && !h.device.doorbellBuffers;
            for (Command c : cq.unacked) {
                if (acknowledges && c.cid == cid && c.sqid >= 0) {
                    return c;
                }
            }
        }
        return null;
    }

    private void speak(History h, Command c, long doneSeqOfLast, String why, Judge judge) {
        epochReported = epoch;
        judge.violated(
                h.actor(Side.DEVICE),
                String.format(
                        "Command identifier %d is used again on submission queue %d: %s.",
                        c.cid, c.sqid, why),
                Where.of(c),
                doneSeqOfLast,
                c.startSeq);
    }
}
