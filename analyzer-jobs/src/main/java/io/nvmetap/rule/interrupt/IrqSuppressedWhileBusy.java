package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
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
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A completion is copied to the guest while the mediator still works on a doorbell of that queue,
 * and no interrupt follows: who finished the command left it to the work on the doorbell, and that
 * does not look (NVMe over PCIe Transport 1.0, 3.5: a message is sent for entries of an unmasked
 * vector). At work it is while it holds the pair's lock, while it has not fetched all that the
 * doorbell covers, and when it answers a command out of it without asking the controller.
 */
public final class IrqSuppressedWhileBusy extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY
                    .mediated("no mediator worked on doorbells")
                    .sees(Unseen.INTERRUPT_DELIVERY, Unseen.MSIX_TABLE);

    private static final Threshold SILENT = Threshold.ms("irq-suppressed-while-busy.deadline", 100);

    /** The oldest completion of a queue, which was copied in the midst of such work. */
    private static final class Waiting implements Serializable {
        private static final long serialVersionUID = 1L;

        private final int sqid;
        private final int cid;
        private final int vector;
        private final long doneSeq;
        private final long workSeq;
        private long lastNs;
        private long waitedNs;

        /** The vector is not masked at present; time while it is does not count. */
        private boolean wanted = true;

        private Waiting(Command c, int vector, long workSeq) {
            sqid = c.sqid;
            cid = c.cid;
            this.vector = vector;
            doneSeq = c.doneSeq;
            lastNs = c.doneNs;
            this.workSeq = workSeq;
        }

        private void waits(long nowNs, boolean wantedFromNow) {
            waitedNs += wanted ? nowNs - lastNs : 0;
            lastNs = nowNs;
            wanted = wantedFromNow;
        }
    }

    /** By completion queue of the guest. */
    private final Map<Integer, Waiting> waiting = new HashMap<>();

    /** Pairs whose lock is held, with the event; and the guest's last tail doorbell, by queue. */
    private final Map<Integer, Long> locked = new HashMap<>();

    private final Map<Integer, Long> rung = new HashMap<>();

    /** The guest's queues are as they were when those that are gone were forgotten. */
    private boolean swept;

    /** Last event that was a step. */
    private long stepSeq = -1;

    /** How messages come in this epoch; UNKNOWN as long as none came, or the line is used. */
    private InterruptKind mode = InterruptKind.UNKNOWN;

    public IrqSuppressedWhileBusy() {
        super(
                new RuleInfo(
                        "irq-suppressed-while-busy",
                        "Interrupt suppressed while busy",
                        Severity.ERROR,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "NVMe over PCIe Transport 1.0, 3.5 (Interrupts)",
                        "After the work on a doorbell look once whether the completion queue holds"
                                + " entries that no interrupt told of.",
                        List.of("C4")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(SILENT);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.LOCK_TAKEN,
                EventKind.LOCK_RELEASED,
                EventKind.INTERRUPT_DELIVERED,
                EventKind.INTERRUPT_SUPPRESSED,
                EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        stepSeq = e.seq;
        boolean over =
                h.gapSeq == e.seq || h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || !h.guest.known || !blind(h).isEmpty()) {
            waiting.clear();
            locked.clear();
            rung.clear();
            mode = InterruptKind.UNKNOWN;
            return;
        }
        swept &= !QueueChange.possible(h, e, h.guest);
        if (!waiting.isEmpty()) {
            overdue(h, judge);
        }
        switch (e.kind) {
            case DOORBELL_RUNG -> {
                if (e.side == Side.GUEST && e.doorbell == DoorbellKind.SQ_TAIL) {
                    remember(h, rung, e.qid, e.seq);
                }
            }
            case LOCK_TAKEN -> remember(h, locked, (int) e.value, e.seq);
            case LOCK_RELEASED -> locked.remove((int) e.value);
            case INTERRUPT_DELIVERED -> {
                boolean message = e.interrupt != InterruptKind.INTX;
                mode = message ? e.interrupt : InterruptKind.UNKNOWN;
                told(e.vector, message);
            }
            case INTERRUPT_SUPPRESSED -> told(e.vector, true);
            case COMPLETION_COPIED -> copied(h, judge);
            default -> {
                // Neither works on a doorbell nor tells the guest.
            }
        }
        if (!waiting.isEmpty()) {
            waiting.entrySet().removeIf(w -> settled(h, w.getKey(), w.getValue()));
        }
    }

    /** Other events only let time pass, and that a step has done for its own event. */
    @Override
    public long time(History h, Judge judge) {
        if (waiting.isEmpty()) {
            return NEVER;
        }
        if (h.seq != stepSeq) {
            overdue(h, judge);
            waiting.entrySet().removeIf(w -> settled(h, w.getKey(), w.getValue()));
        }
        return waiting.isEmpty() ? NEVER : ALWAYS;
    }

    /** By a message those of its vector, by the line all. */
    private void told(int vector, boolean message) {
        if (!waiting.isEmpty()) {
            waiting.values().removeIf(w -> !message || w.vector == vector);
        }
    }

    /** Queues that are gone are forgotten, so that there are never more than queues. */
    private void remember(History h, Map<Integer, Long> what, int qid, long seq) {
        if (!swept) {
            locked.keySet().retainAll(h.guest.sqs.keySet());
            rung.keySet().retainAll(h.guest.sqs.keySet());
            swept = true;
        }
        if (h.guest.sqs.containsKey(qid)) {
            what.put(qid, seq);
        }
    }

    private void copied(History h, Judge judge) {
        Command c = h.facts.command;
        CompletionQueue cq = h.facts.cq;
        if (c == null || cq == null || !cq.interruptsEnabled || mode == InterruptKind.UNKNOWN) {
            return;
        }
        // With an older one there, an interrupt may be out that the guest has not answered yet.
        boolean first = cq.unacked.peekFirst() == c && cq.interruptSeq < c.doneSeq;
        long workSeq = first ? workSeq(h, c) : -1;
        if (workSeq >= 0 && h.guest.masks.unmasked(cq.vector, mode)) {
            judge.chance();
            waiting.put(cq.qid, new Waiting(c, cq.vector, workSeq));
        }
    }

    /** The event since which the mediator works on a doorbell of the command's queue, -1 not. */
    private long workSeq(History h, Command c) {
        SubmissionQueue sq = h.guest.sqs.get(c.sqid);
        long doorbell = rung.getOrDefault(c.sqid, -1L);
        if (sq == null || doorbell < 0) {
            return -1;
        }
        if (locked.containsKey(c.sqid)) {
            return Math.max(doorbell, locked.get(c.sqid));
        }
        boolean answered = c.startSeq >= 0 && c.emittedSeq < 0;
        return answered ? c.startSeq : sq.waitingSinceNs >= 0 ? sq.waitingSeq : -1;
    }

    /** The guest found the completion, or gave the queue up. */
    private static boolean settled(History h, int cqid, Waiting w) {
        CompletionQueue cq = h.guest.cqs.get(cqid);
        Command oldest = cq == null ? null : cq.unacked.peekFirst();
        return oldest == null || oldest.doneSeq != w.doneSeq;
    }

    private void overdue(History h, Judge judge) {
        Iterator<Map.Entry<Integer, Waiting>> all = waiting.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<Integer, Waiting> next = all.next();
            Waiting w = next.getValue();
            w.waits(h.nowNs, h.guest.masks.unmasked(w.vector, mode));
            if (w.waitedNs > judge.settings().of(SILENT)) {
                all.remove();
                judge.violated(
                        Party.MEDIATOR,
                        String.format(
                                "The completion of command %d was copied while the mediator worked on"
                                        + " a doorbell of submission queue %d; no interrupt came for"
                                        + " %d ms.",
                                w.cid, w.sqid, w.waitedNs / 1_000_000),
                        new Where(w.sqid, next.getKey(), w.cid),
                        w.workSeq,
                        w.doneSeq,
                        h.seq);
            }
        }
    }
}
