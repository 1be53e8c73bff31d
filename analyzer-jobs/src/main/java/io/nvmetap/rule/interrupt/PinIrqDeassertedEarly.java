package io.nvmetap.rule.interrupt;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The guest's INTx line is down while a completion queue holds entries that are neither
 * acknowledged nor masked, and it went down, or another queue was emptied, when they were there.
 * The pin is a level: the OR over all completion queues (NVMe over PCIe Transport 1.0, 3.5). The
 * controller's line is not judged: over vfio-user its level does not cross.
 */
public final class PinIrqDeassertedEarly extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.INTERRUPT_DELIVERY);

    private static final Threshold DOWN = Threshold.us("pin-irq-deasserted-early.down", 20);

    /** The line moved last so: -1 not seen, else the event at which it went down; up is 0. */
    private long downSeq = -1;

    private long downNs;
    private long maskNs;
    private boolean spoken;

    /** The event that emptied a queue last, by queue; never more than there are. */
    private final Map<Integer, Long> emptied = new HashMap<>();

    /** Set Features 08h was issued: the controller may be late on purpose. */
    private boolean coalescing;

    public PinIrqDeassertedEarly() {
        super(
                new RuleInfo(
                        "pin-irq-deasserted-early",
                        "INTx line dropped too early",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe over PCIe Transport 1.0, 3.5 (Interrupts): pin-based interrupts are a"
                                + " level",
                        "Keep the line up until every completion queue on it is empty or masked.",
                        List.of("C8")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DOWN);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG, EventKind.COMMAND_FETCHED, EventKind.INTERRUPT_DELIVERED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean over = e.kind == EventKind.CONTROLLER_RESET || h.gapSeq == e.seq;
        if (over || h.facts.disabled) {
            forget();
            coalescing = false;
        }
        if (over || !blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.REGISTER_WRITTEN && e.space != RegisterSpace.BAR0) {
            // With MSI or MSI-X on, or the pin disabled, the line goes down whatever lies there.
            forget();
        }
        masked(e);
        time(h, judge);
        if (e.side == Side.GUEST) {
            moved(h, e, judge);
        }
    }

    private void forget() {
        downSeq = -1;
        maskNs = 0;
        emptied.clear();
    }

    /** A queue that is unmasked just now had no line until now. */
    private void masked(CapturedEvent e) {
        boolean masks = e.registerOffset == Registers.INTMS || e.registerOffset == Registers.INTMC;
        boolean bar0 = e.kind == EventKind.REGISTER_WRITTEN && e.space == RegisterSpace.BAR0;
        if (bar0 && masks && e.side == Side.GUEST) {
            maskNs = e.timeNs;
        }
    }

    private void moved(History h, CapturedEvent e, Judge judge) {
        switch (e.kind) {
            case INTERRUPT_DELIVERED -> {
                if (e.interrupt == InterruptKind.INTX) {
                    downSeq = 0;
                    spoken = false;
                } else if (e.interrupt != InterruptKind.UNKNOWN) {
                    forget();
                }
            }
            case INTERRUPT_LINE_LOWERED -> {
                if (downSeq >= 0) {
                    judge.chance();
                    downSeq = e.seq;
                    downNs = e.timeNs;
                }
            }
            case DOORBELL_RUNG -> acknowledged(h);
            case COMMAND_FETCHED -> {
                Command c = h.facts.command;
                coalescing |=
                        c != null
                                && c.admin()
                                && c.opcode == Opcodes.ADMIN_SET_FEATURES
                                && c.cdw10Known
                                && (c.cdw10 & 0xFF) == FeatureId.INTERRUPT_COALESCING;
            }
            default -> {
                // Moves neither the line nor a queue.
            }
        }
    }

    private void acknowledged(History h) {
        CompletionQueue cq = h.facts.cq;
        if (downSeq >= 0 && h.facts.advance > 0 && cq != null && cq.unacked.isEmpty()) {
            emptied.keySet().retainAll(h.guest.cqs.keySet());
            emptied.put(cq.qid, h.seq);
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (downSeq <= 0 || spoken || coalescing) {
            return NEVER;
        }
        boolean judged = h.guest.known && h.guest.enabled;
        if (!judged || h.resetting) {
            return ALWAYS;
        }
        for (CompletionQueue cq : h.guest.cqs.values()) {
            Command oldest = cq.unacked.peekFirst();
            if (oldest == null
                    || !cq.interruptsEnabled
                    || !h.guest.masks.unmasked(cq.vector, InterruptKind.INTX)) {
                continue;
            }
            long sinceNs = Math.max(downNs, Math.max(maskNs, oldest.doneNs));
            boolean after = downSeq > oldest.doneSeq;
            for (Map.Entry<Integer, Long> other : emptied.entrySet()) {
                after |= other.getKey() != cq.qid && other.getValue() > oldest.doneSeq;
            }
            if (after && h.nowNs - sinceNs > judge.settings().of(DOWN)) {
                spoken = true;
                speak(h, cq, oldest, judge);
                return NEVER;
            }
        }
        return ALWAYS;
    }

    private void speak(History h, CompletionQueue cq, Command oldest, Judge judge) {
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "The INTx line is down while completion queue %d holds %d entries that are"
                                + " neither acknowledged nor masked, the oldest since %d us.",
                        cq.qid, cq.unacked.size(), (h.nowNs - oldest.doneNs) / 1_000),
                new Where(oldest.sqid, cq.qid, oldest.cid),
                oldest.doneSeq,
                downSeq,
                h.seq);
    }
}
