package io.nvmetap.rule.completion;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
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
import java.io.Serializable;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A guest's completion queue is full, as it may be: the guest rings a head when it likes. The
 * mediator copies into it all the same, or does not come back when the guest has made room.
 */
public final class GuestCqOverrun extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().sees(Unseen.GUEST_SIDE);

    private static final Threshold WAKEUP = Threshold.ms("guest-cq-overrun.wakeup", 10);

    /** Room that the guest made in a full queue while a completion waited for it. */
    private record Room(CompletionQueue cq, Command waits, long ns, long seq)
            implements Serializable {}

    private final Map<Integer, Room> rooms = new HashMap<>();

    /** Queues that were overrun: nothing more can be told of them. */
    private final Map<Integer, CompletionQueue> overrun = new HashMap<>();

    public GuestCqOverrun() {
        super(
                new RuleInfo(
                        "guest-cq-overrun",
                        "Full guest completion queue overrun or forgotten",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe Base 2.0, 3.3.1.2 (Queue Usage); 3.3.1.5 (Full Queue: one slot stays"
                                + " free)",
                        "Before each copy ask for room by the last head the guest rang; keep what"
                                + " does not fit and go on with it at every head that makes room.",
                        List.of("A3")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(WAKEUP);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG, EventKind.SHADOW_DOORBELL, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        if (!overrun.isEmpty()) {
            overrun.values().removeIf(cq -> h.guest.cqs.get(cq.qid) != cq);
        }
        CompletionQueue cq = h.facts.cq;
        if (cq == null || e.side != Side.GUEST || !h.guest.known) {
            return;
        }
        if (cq.shadowed || h.guest.doorbellBuffers) {
            judge.doubt("the guest acknowledges through shadow doorbells");
        } else if (e.kind == EventKind.COMPLETION_COPIED) {
            rooms.remove(cq.qid);
            copied(h, e, cq, judge);
        } else if (e.doorbell == DoorbellKind.CQ_HEAD && e.kind == EventKind.DOORBELL_RUNG) {
            rung(h, e, cq);
        }
    }

    private void copied(History h, CapturedEvent e, CompletionQueue cq, Judge judge) {
        int filled = cq.unacked.size();
        int slot = Math.floorMod(cq.head + filled - 1, cq.sizeEntries);
        // Where another slot was used, the count is not that of the mediator.
        if (overrun.containsKey(cq.qid) || e.slot >= 0 && e.slot != slot) {
            return;
        }
        judge.chance();
        if (filled < cq.sizeEntries) {
            return;
        }
        overrun.put(cq.qid, cq);
        Command oldest = cq.unacked.peekFirst();
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Completion %d is copied into completion queue %d of %d entries: the guest,"
                                + " which rang head %d last, has not acknowledged %d.",
                        filled, cq.qid, cq.sizeEntries, cq.head, filled - 1),
                Where.cq(cq.qid),
                oldest.doneSeq,
                cq.headSeq,
                e.seq);
    }

    /** The guest rings a head: room, if the queue was full. */
    private void rung(History h, CapturedEvent e, CompletionQueue cq) {
        boolean full = h.facts.unackedBefore == cq.sizeEntries - 1;
        boolean legal = h.facts.advance > 0 && h.facts.advance <= h.facts.unackedBefore;
        Command waits = full && legal && !rooms.containsKey(cq.qid) ? waits(h, cq) : null;
        if (waits != null) {
            rooms.put(cq.qid, new Room(cq, waits, e.timeNs, e.seq));
        }
    }

    /** A command whose completion the mediator has seen, and which is to be copied there. */
    private static Command waits(History h, CompletionQueue cq) {
        for (Command c : h.guest.inFlight.values()) {
            SubmissionQueue sq = c.seenSeq < 0 ? null : h.guest.sqs.get(c.sqid);
            if (sq != null && sq.cqid == cq.qid) {
                return c;
            }
        }
        return null;
    }

    @Override
    public long time(History h, Judge judge) {
        if (rooms.isEmpty()) {
            return NEVER;
        }
        Iterator<Room> all = rooms.values().iterator();
        while (all.hasNext()) {
            Room room = all.next();
            boolean there = h.guest.known && h.guest.cqs.get(room.cq.qid) == room.cq;
            if (!there || h.resetting || h.guest.byId(room.waits.commandId) != room.waits) {
                all.remove();
                continue;
            }
            boolean alive = h.mediatorAliveNs > room.ns;
            long limitNs = judge.settings().of(alive ? WAKEUP : CommonThresholds.PAUSED_DOORBELL);
            if (h.nowNs - room.ns > limitNs) {
                all.remove();
                forgotten(h, room, judge);
            }
        }
        return rooms.isEmpty() ? NEVER : ALWAYS;
    }

    private static void forgotten(History h, Room room, Judge judge) {
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "Completion queue %d was full; the guest made room %d us ago, and command %d"
                                + " of submission queue %d, whose completion the mediator has seen,"
                                + " is not copied.",
                        room.cq.qid, (h.nowNs - room.ns) / 1_000, room.waits.cid, room.waits.sqid),
                new Where(room.waits.sqid, room.cq.qid, room.waits.cid),
                room.waits.seenSeq,
                room.seq,
                h.seq);
    }
}
