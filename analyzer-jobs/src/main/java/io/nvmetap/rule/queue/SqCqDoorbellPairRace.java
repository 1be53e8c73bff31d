package io.nvmetap.rule.queue;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Both doorbells of one pair are rung by two CPUs at once and the pair stalls afterwards. Either
 * alone is legal: the specification makes the doorbells independent, so the overlap is only a
 * suspicion.
 */
public final class SqCqDoorbellPairRace extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    /** Of a clock that is coarser nothing can be said. */
    private static final long RESOLUTION_NS_MAX = 200;

    private static final Sight NEEDS =
            Sight.ANY
                    .sees(Unseen.CPU)
                    .when(
                            h -> h.header.timeResolutionNs() <= RESOLUTION_NS_MAX,
                            "the clock of the source is too coarse");

    private static final Threshold OVERLAP = Threshold.ns("sq-cq-doorbell-pair-race.overlap", 200);

    private static final int QID_MAX = 65_535;

    /** Doorbells of one pair. */
    private static final class Pair implements Serializable {
        private static final long serialVersionUID = 1L;
        final long[] timeNs = {-1, -1};
        final long[] seq = {-1, -1};
        final int[] cpu = {-1, -1};
        final boolean[] locked = new boolean[2];
        long overlapFromSeq = -1;
        long overlapSeq = -1;
        long overlapNs = -1;
    }

    private final Map<Integer, Pair> pairs = new HashMap<>();

    /** The doorbells of no pair were rung together since the last silence. */
    private boolean calm;

    /** Locks that are held: those of pairs, and -1 for the controller's. */
    private final Set<Integer> locks = new HashSet<>();

    public SqCqDoorbellPairRace() {
        super(
                new RuleInfo(
                        "sq-cq-doorbell-pair-race",
                        "Doorbells of one pair rung together, then silence",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe over PCIe Transport 1.0, 3.1.2 (doorbells are independent registers)",
                        "Ring both doorbells of a pair under one lock for this controller.",
                        List.of("B1")));
    }

    @Override
    public boolean aboutSilence() {
        return true;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(OVERLAP);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.DOORBELL_RUNG, EventKind.LOCK_TAKEN, EventKind.LOCK_RELEASED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled || h.gapSeq == e.seq) {
            pairs.clear();
            locks.clear();
        }
        if (e.kind == EventKind.LOCK_TAKEN && e.value >= -1 && e.value <= QID_MAX) {
            locks.add((int) e.value);
        } else if (e.kind == EventKind.LOCK_RELEASED) {
            locks.remove((int) e.value);
        }
        if (e.kind != EventKind.DOORBELL_RUNG || e.side != Side.DEVICE || e.cpu < 0) {
            return;
        }
        judge.chance();
        Pair p = pairs.computeIfAbsent(e.qid, q -> new Pair());
        int mine = e.doorbell == DoorbellKind.SQ_TAIL ? 0 : 1;
        int other = 1 - mine;
        p.timeNs[mine] = e.timeNs;
        p.seq[mine] = e.seq;
        p.cpu[mine] = e.cpu;
        p.locked[mine] = locks.contains(e.qid) || locks.contains(-1);
        boolean together =
                p.timeNs[other] >= 0
                        && p.cpu[other] != e.cpu
                        && !(p.locked[mine] && p.locked[other])
                        && e.timeNs - p.timeNs[other] < judge.settings().of(OVERLAP);
        if (together) {
            p.overlapFromSeq = p.seq[other];
            p.overlapSeq = e.seq;
            p.overlapNs = e.timeNs;
            calm = false;
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (calm || pairs.isEmpty() || !blind(h).isEmpty()) {
            return NEVER;
        }
        if (!h.device.known) {
            return ALWAYS;
        }
        long silence = judge.settings().of(CommonThresholds.APPLE_SILENCE);
        long next = NEVER;
        for (Map.Entry<Integer, Pair> entry : pairs.entrySet()) {
            Pair p = entry.getValue();
            long since = h.nowNs - p.overlapNs;
            if (p.overlapNs >= 0 && since > silence) {
                stalled(h, entry.getKey(), p, judge);
                p.overlapNs = -1;
            }
            next = p.overlapNs >= 0 ? Math.min(next, p.overlapNs + silence) : next;
        }
        calm = next == NEVER;
        return next;
    }

    private static void stalled(History h, int qid, Pair p, Judge judge) {
        for (Command c : h.device.inFlight.values()) {
            boolean before = c.sqid == qid && c.startNs <= p.overlapNs && !c.waitsForEvent();
            if (before && h.device.lastDoneNs <= p.overlapNs) {
                judge.violated(
                        Party.CONTROLLER,
                        "Both doorbells of queue pair "
                                + qid
                                + " are rung by two CPUs at once, and the pair is silent since.",
                        Where.of(c),
                        p.overlapFromSeq,
                        p.overlapSeq,
                        h.seq);
                return;
            }
        }
    }
}
