package io.nvmetap.rule.interrupt;

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
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.List;

/** A completion lay for long without an interrupt until the guest found it by polling. */
public final class LostIrqPolledRescue extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Threshold AGE = Threshold.ms("lost-irq-polled-rescue.age", 100);

    /** Interrupts were delivered at all in this epoch: a polling guest never gets one. */
    private int deliveries;

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
    public String blind(History h) {
        if (!h.header.sees(Unseen.INTERRUPT_DELIVERY)) {
            return "the source cannot see whether interrupts arrive";
        }
        return h.header.sees(Unseen.MSIX_TABLE) ? "" : "the source cannot see interrupt masks";
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled) {
            deliveries = 0;
        }
        if (e.kind == EventKind.INTERRUPT_DELIVERED) {
            deliveries++;
        }
        Command oldest = h.facts.oldestAcked;
        CompletionQueue cq = h.facts.cq;
        boolean ack =
                e.kind == EventKind.DOORBELL_RUNG
                        && e.doorbell == DoorbellKind.CQ_HEAD
                        && e.side == Side.GUEST;
        if (!ack || oldest == null || cq == null || !cq.interruptsEnabled || !blind(h).isEmpty()) {
            return;
        }
        if (deliveries == 0 || h.guest.maskedVectors.contains(cq.vector)) {
            return;
        }
        judge.chance();
        long ageNs = e.timeNs - oldest.doneNs;
        if (cq.interruptSeq < oldest.doneSeq && ageNs > judge.settings().of(AGE)) {
            CompletionQueue below = h.device.cqs.get(cq.qid);
            boolean raised = below != null && below.interruptSeq > oldest.startSeq;
            judge.violated(
                    raised ? Party.MEDIATOR : Party.CONTROLLER,
                    String.format(
                            "The completion of command %d lay %d ms in completion queue %d; its"
                                    + " interrupt was %s.",
                            oldest.cid,
                            ageNs / 1_000_000,
                            cq.qid,
                            raised ? "raised and not delivered" : "never raised"),
                    new Where(oldest.sqid, cq.qid, oldest.cid),
                    oldest.doneSeq,
                    e.seq);
        }
    }
}
