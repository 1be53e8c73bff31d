package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** SQID or SQHD of a completion does not fit the queues of the side that gets it. */
public final class CqeSqidSqhdNotTranslated extends Rule {
    private static final long serialVersionUID = 1L;

    /** Where the head stands was not told. */
    private static final int UNKNOWN = -1;

    private final Map<Long, Integer> lastHead = new HashMap<>();

    public CqeSqidSqhdNotTranslated() {
        super(
                new RuleInfo(
                        "cqe-sqid-sqhd-not-translated",
                        "SQID or SQHD of another side's queues",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 4.6.1 (SQ Identifier and SQ Head Pointer)",
                        "Write the guest's queue id and the head of the guest's queue into the copied"
                                + " entry.",
                        List.of("A8")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled || h.facts.enabled || h.facts.queueCreated || h.gapSeq == e.seq) {
            lastHead.clear();
        }
        boolean completion =
                e.kind == EventKind.COMPLETION_COPIED || e.kind == EventKind.COMPLETION_SEEN;
        if (!completion || !h.side(e.side).known || !e.knows(Cqe.SQHD_OFFSET, 4)) {
            return;
        }
        if (e.side == Side.DEVICE && h.header.mediated() && h.facts.maybeStale()) {
            // It may be what the slot held before: then nothing in it is of the controller's now,
            // and where the head stands is for the next one to say.
            lastHead.put((long) Cqe.sqid(e.entry, 0) << 1, UNKNOWN);
            return;
        }
        judge.chance();
        Party owner = e.side == Side.GUEST ? Party.MEDIATOR : Party.CONTROLLER;
        int sqid = Cqe.sqid(e.entry, 0);
        int head = Cqe.sqhd(e.entry, 0);
        SubmissionQueue sq = h.side(e.side).sqs.get(sqid);
        Where where = new Where(sqid, e.qid, Cqe.cid(e.entry, 0));
        if (sq == null || sq.cqid != e.qid) {
            if (h.facts.unmatched || h.facts.command == null || h.facts.command.sqid != sqid) {
                judge.violated(
                        owner,
                        "SQID " + sqid + " does not post to completion queue " + e.qid + ".",
                        where,
                        e.seq);
            }
            return;
        }
        long key = (long) sqid << 1 | (e.side == Side.GUEST ? 1 : 0);
        int before = lastHead.getOrDefault(key, 0);
        if (before == UNKNOWN && head < sq.sizeEntries) {
            lastHead.put(key, head);
            return;
        }
        int moved = Math.floorMod(head - before, sq.sizeEntries);
        int possible = Math.floorMod(sq.taken - before, sq.sizeEntries);
        if (head >= sq.sizeEntries || moved > possible) {
            judge.violated(
                    owner,
                    "SQHD "
                            + head
                            + " of submission queue "
                            + sqid
                            + " is past the commands taken from it ("
                            + sq.taken
                            + ").",
                    where,
                    e.seq);
            return;
        }
        lastHead.put(key, head);
    }
}
