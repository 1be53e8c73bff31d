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
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.FeatureId;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The INTx line is down while a completion queue holds entries that are neither acknowledged nor
 * masked, and it went down, or another queue was emptied, when they were there. The pin is a level:
 * the OR over all completion queues (NVMe over PCIe Transport 1.0, 3.5).
 */
public final class PinIrqDeassertedEarly extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Threshold DOWN = Threshold.us("pin-irq-deasserted-early.down", 20);

    /** The line of one side, as far as it was seen to move in this epoch. */
    private static final class Line implements Serializable {
        private static final long serialVersionUID = 1L;

        /** It moved last so: -1 not seen, else the event at which it went down; up is 0. */
        private long downSeq = -1;

        private long downNs;
        private long maskNs;
        private boolean spoken;

        /** The event that emptied a queue last, by queue; never more than there are. */
        private final Map<Integer, Long> emptied = new HashMap<>();

        private void forget() {
            downSeq = -1;
            maskNs = 0;
            emptied.clear();
        }

        private boolean down() {
            return downSeq > 0;
        }

        private void up() {
            downSeq = 0;
            spoken = false;
        }
    }

    private final Line guest = new Line();
    private final Line device = new Line();

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
    public String blind(History h) {
        return h.header.sees(Unseen.INTERRUPT_DELIVERY)
                ? ""
                : "the source cannot see whether interrupts arrive";
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean over = e.kind == EventKind.CONTROLLER_RESET || h.gapSeq == e.seq;
        if (over || h.facts.disabled) {
            guest.forget();
            device.forget();
            coalescing = false;
        }
        if (over || !blind(h).isEmpty()) {
            return;
        }
        Line line = e.side == Side.GUEST ? guest : device;
        if (e.kind == EventKind.REGISTER_WRITTEN) {
            // First: a queue that is unmasked just now had no line until now.
            written(e, line);
        }
        judge(h, h.guest, guest, judge);
        judge(h, h.device, device, judge);
        switch (e.kind) {
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED -> {
                if (e.interrupt == InterruptKind.INTX) {
                    line.up();
                } else if (e.interrupt != InterruptKind.UNKNOWN) {
                    line.forget();
                }
            }
            case INTERRUPT_LINE_LOWERED -> {
                if (line.downSeq >= 0) {
                    judge.chance();
                    line.downSeq = e.seq;
                    line.downNs = e.timeNs;
                }
            }
            case VECTOR_MASKED, VECTOR_UNMASKED -> line.forget();
            case DOORBELL_RUNG -> acknowledged(h, e, line);
            case COMMAND_FETCHED, COMMAND_EMITTED -> {
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

    /** Who touches the MSI-X table or configuration space may be leaving the line behind. */
    private static void written(CapturedEvent e, Line line) {
        boolean masks = e.registerOffset == Registers.INTMS || e.registerOffset == Registers.INTMC;
        if (e.space != RegisterSpace.BAR0) {
            line.forget();
        } else if (masks) {
            line.maskNs = e.timeNs;
        }
    }

    private static void acknowledged(History h, CapturedEvent e, Line line) {
        CompletionQueue cq = h.facts.cq;
        if (line.downSeq >= 0 && h.facts.advance > 0 && cq != null && cq.unacked.isEmpty()) {
            line.emptied.keySet().retainAll(h.side(e.side).cqs.keySet());
            line.emptied.put(cq.qid, e.seq);
        }
    }

    @Override
    public void time(History h, Judge judge) {
        judge(h, h.guest, guest, judge);
        judge(h, h.device, device, judge);
    }

    private void judge(History h, SideState side, Line line, Judge judge) {
        boolean judged = line.down() && !line.spoken && side.known && side.enabled;
        if (!judged || h.resetting || coalescing) {
            return;
        }
        for (CompletionQueue cq : side.cqs.values()) {
            Command oldest = cq.unacked.peekFirst();
            if (oldest == null
                    || !cq.interruptsEnabled
                    || !side.masks.unmasked(cq.vector, InterruptKind.INTX)) {
                continue;
            }
            long sinceNs = Math.max(line.downNs, Math.max(line.maskNs, oldest.doneNs));
            boolean after = line.downSeq > oldest.doneSeq;
            for (Map.Entry<Integer, Long> other : line.emptied.entrySet()) {
                after |= other.getKey() != cq.qid && other.getValue() > oldest.doneSeq;
            }
            if (after && h.nowNs - sinceNs > judge.settings().of(DOWN)) {
                line.spoken = true;
                speak(h, side, cq, oldest, line, judge);
                return;
            }
        }
    }

    private static void speak(
            History h, SideState side, CompletionQueue cq, Command oldest, Line line, Judge judge) {
        judge.violated(
                side.side == Side.GUEST ? Party.MEDIATOR : Party.CONTROLLER,
                String.format(
                        "The INTx line is down while completion queue %d holds %d entries that are"
                                + " neither acknowledged nor masked, the oldest since %d us.",
                        cq.qid, cq.unacked.size(), (h.nowNs - oldest.doneNs) / 1_000),
                new Where(oldest.sqid, cq.qid, oldest.cid),
                oldest.doneSeq,
                line.downSeq,
                h.seq);
    }
}
