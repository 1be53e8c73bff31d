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
import io.nvmetap.history.VectorMasks;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A completion lies for long without an interrupt, until the guest finds it by polling. */
public final class LostIrqPolledRescue extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.INTERRUPT_DELIVERY, Unseen.MSIX_TABLE);

    private static final Threshold AGE = Threshold.ms("lost-irq-polled-rescue.age", 100);

    /** Completions that lie are looked for this often, in event time. */
    private static final long LOOK_NS = 10_000_000;

    /** Interrupts were delivered at all in this epoch: a polling guest never gets one. */
    private int deliveries;

    /** How the last one came. */
    private InterruptKind how = InterruptKind.UNKNOWN;

    /** By vector: the last message that the mediator says it kept back. */
    private final Map<Integer, Long> kept = new HashMap<>();

    /** By completion queue: the completion that was spoken of. */
    private final Map<Integer, Long> told = new HashMap<>();

    /** What the controller did not tell the mediator of. */
    private final UntoldCompletions untold = new UntoldCompletions();

    /** Completions that were due an interrupt, and that had none, by the way the last one came. */
    private final Map<InterruptKind, long[]> tally = new EnumMap<>(InterruptKind.class);

    private long nextLookNs;

    public LostIrqPolledRescue() {
        super(
                new RuleInfo(
                        "lost-irq-polled-rescue",
                        "Lost interrupt, rescued by polling",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe over PCIe Transport 1.0, 3.5 (Interrupts)",
                        "Deliver an interrupt whenever a completion queue with interrupts enabled and"
                                + " vector unmasked is not empty.",
                        List.of("C3")));
    }

    @Override
    public boolean aboutSilence() {
        return true;
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(AGE);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.COMMAND_EMITTED,
                EventKind.COMPLETION_SEEN,
                EventKind.INTERRUPT_RAISED,
                EventKind.INTERRUPT_DELIVERED,
                EventKind.INTERRUPT_SUPPRESSED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (blind(h).isEmpty()) {
            untold.step(h, e, judge);
        }
        if (h.facts.disabled || h.gapSeq == e.seq || e.kind == EventKind.CONTROLLER_RESET) {
            deliveries = 0;
            told.clear();
            kept.clear();
        }
        if (e.kind == EventKind.INTERRUPT_DELIVERED) {
            deliveries++;
            how = e.interrupt;
        } else if (e.kind == EventKind.INTERRUPT_SUPPRESSED && e.vector < VectorMasks.VECTORS_MAX) {
            kept.put(e.vector, e.seq);
        }
        boolean ack =
                e.kind == EventKind.DOORBELL_RUNG
                        && e.doorbell == DoorbellKind.CQ_HEAD
                        && e.side == Side.GUEST;
        Command oldest = h.facts.oldestAcked;
        CompletionQueue cq = h.facts.cq;
        if (ack && oldest != null && cq != null && judged(h, cq)) {
            judge.chance();
            tally.computeIfAbsent(how, k -> new long[2])[0]++;
            look(h, cq, oldest, e.timeNs, judge);
        }
    }

    private boolean judged(History h, CompletionQueue cq) {
        return cq.interruptsEnabled
                && deliveries > 0
                && blind(h).isEmpty()
                && !h.guest.maskedVectors.contains(cq.vector);
    }

    /**
     * Messages only: the line may be up since an older completion. What the mediator says that it
     * kept back is another rule's.
     */
    @Override
    public long time(History h, Judge judge) {
        Command silent = untold.overdue(h);
        if (silent != null) {
            fromBelow(h, silent, judge);
        }
        boolean messages = how == InterruptKind.MSIX || how == InterruptKind.MSI;
        if (deliveries == 0 || h.nowNs < nextLookNs || !messages || !h.guest.known) {
            return untold.waits() ? ALWAYS : deliveries == 0 || !messages ? NEVER : nextLookNs;
        }
        nextLookNs = h.nowNs + LOOK_NS;
        for (CompletionQueue cq : h.guest.cqs.values()) {
            Command oldest = cq.unacked.peekFirst();
            boolean wanted =
                    oldest != null
                            && judged(h, cq)
                            && h.guest.masks.unmasked(cq.vector, how)
                            && kept.getOrDefault(cq.vector, -1L) < oldest.doneSeq;
            if (wanted) {
                look(h, cq, oldest, h.nowNs, judge);
            }
        }
        return untold.waits() ? ALWAYS : nextLookNs;
    }

    private void look(History h, CompletionQueue cq, Command oldest, long nowNs, Judge judge) {
        long ageNs = nowNs - oldest.doneNs;
        boolean lost = cq.interruptSeq < oldest.doneSeq && ageNs > judge.settings().of(AGE);
        if (!lost || told.getOrDefault(cq.qid, -1L) == oldest.doneSeq) {
            return;
        }
        told.keySet().retainAll(h.guest.cqs.keySet());
        told.put(cq.qid, oldest.doneSeq);
        tally.computeIfAbsent(how, k -> new long[2])[1]++;
        Party owner = owner(h, cq, oldest);
        judge.violated(
                owner,
                String.format(
                        "The completion of command %d lies %d ms in completion queue %d; its"
                                + " interrupt was %s.%s",
                        oldest.cid,
                        ageNs / 1_000_000,
                        cq.qid,
                        owner == Party.MEDIATOR ? "due and not delivered" : "never raised",
                        tallied()),
                new Where(oldest.sqid, cq.qid, oldest.cid),
                oldest.doneSeq,
                h.seq);
    }

    /** What the mediator answers without the controller it alone can tell of. */
    private static Party owner(History h, CompletionQueue cq, Command oldest) {
        if (!h.header.sees(Unseen.DEVICE_SIDE)) {
            return Party.UNKNOWN;
        }
        CompletionQueue below = h.device.cqs.get(cq.qid);
        boolean raised = below != null && below.interruptSeq > oldest.startSeq;
        return raised || oldest.emittedSeq < 0 ? Party.MEDIATOR : Party.CONTROLLER;
    }

    private void fromBelow(History h, Command c, Judge judge) {
        tally.computeIfAbsent(how, k -> new long[2])[1]++;
        judge.violated(
                Party.CONTROLLER,
                String.format(
                        "The completion of command %d was found without an interrupt %d ms after the"
                                + " command; the vector was not masked, and none came after.%s",
                        c.cid, (c.doneNs - c.startNs) / 1_000_000, tallied()),
                Where.of(c),
                c.startSeq,
                c.doneSeq,
                h.seq);
    }

    /** Lost ones by kind: with MSI only, the controller's MSI is what is broken. */
    private String tallied() {
        StringBuilder text = new StringBuilder(" Lost so far");
        String before = ": ";
        for (Map.Entry<InterruptKind, long[]> t : tally.entrySet()) {
            long[] n = t.getValue();
            text.append(before)
                    .append(n[1])
                    .append(" of ")
                    .append(Math.max(n[0], n[1]))
                    .append(" with ");
            text.append(t.getKey());
            before = ", ";
        }
        return text.append('.').toString();
    }
}
