package io.nvmetap.rule.latency;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The controller takes longer and longer for the same kind of command (opcode, size, depth), while
 * what the mediator takes stays the same.
 */
public final class DriveWearSlowdown extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.REAL_TIME, Unseen.DEVICE_SIDE);

    private static final Threshold RATIO = Threshold.percent("drive-wear-slowdown.ratio", 150);
    private static final Threshold RISE = Threshold.us("drive-wear-slowdown.rise", 10);

    /** One meter for reads and one for writes; made by the first command after a restart. */
    private final Map<Integer, DriftMeter> meters = new HashMap<>();

    /** Vectors raised whose completions the mediator has not fetched yet, and since when. */
    private final Map<Integer, Long> raisedNs = new HashMap<>();

    private boolean spoken;

    public DriveWearSlowdown() {
        super(
                new RuleInfo(
                        "drive-wear-slowdown",
                        "The controller gets slower",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "No clause: the specification sets no time; the limits are settings",
                        "Compare with a day when it was fast; if nothing else explains it (heat, a"
                                + " full cache, other traffic), save the data and Format.",
                        List.of("J1")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RATIO, RISE);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(
                EventKind.DOORBELL_RUNG,
                EventKind.COMPLETION_SEEN,
                EventKind.COMPLETION_COPIED,
                EventKind.INTERRUPT_RAISED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.gapSeq == e.seq || e.side == Side.DEVICE && (h.facts.enabled || h.facts.disabled)) {
            meters.clear();
            raisedNs.clear();
            spoken = false;
            return;
        }
        switch (e.kind) {
            case INTERRUPT_RAISED -> raisedNs.putIfAbsent(e.vector, e.timeNs);
            case DOORBELL_RUNG -> looked(h, e);
            case COMPLETION_SEEN -> seen(h, h.facts.command, judge);
            case COMPLETION_COPIED -> copied(h.facts.command);
            default -> {
                // Tells no time that is measured here.
            }
        }
    }

    /** The mediator acknowledges: it has looked at the queue since the interrupt. */
    private void looked(History h, CapturedEvent e) {
        if (e.side == Side.DEVICE && h.facts.cq != null) {
            raisedNs.remove(h.facts.cq.vector);
        }
    }

    private void copied(Command c) {
        DriftMeter meter = c == null || c.admin() ? null : meters.get(c.opcode);
        if (meter != null && c.emittedNs >= 0 && c.seenNs >= 0) {
            meter.mediator(c.emittedNs - c.startNs + c.doneNs - c.seenNs);
        }
    }

    private void seen(History h, Command c, Judge judge) {
        if (c != null && c.admin() && c.opcode == Opcodes.ADMIN_FORMAT_NVM) {
            meters.clear();
        }
        boolean data = c != null && !c.admin() && c.blocks > 0 && c.dataBytes > 0;
        if (!data || !h.device.known || !blind(h).isEmpty()) {
            return;
        }
        judge.chance();
        long from = c.rungNs >= 0 ? c.rungNs : c.startNs;
        CompletionQueue cq = h.facts.cq;
        long raised = cq == null ? -1 : raisedNs.getOrDefault(cq.vector, -1L);
        long late = raised > from ? c.doneNs - raised : 0;
        DriftMeter meter = meters.computeIfAbsent(c.opcode, o -> new DriftMeter());
        long kind = DriftMeter.kind(c.dataBytes, h.device.inFlight.size());
        boolean full = meter.device(kind, c.doneNs - from - late, late, c.startSeq);
        if (full && meter.slower(judge.settings().of(RATIO), judge.settings().of(RISE))) {
            speak(c, meter, judge);
        }
    }

    private void speak(Command c, DriftMeter meter, Judge judge) {
        if (spoken) {
            return;
        }
        spoken = true;
        judge.violated(
                Party.CONTROLLER,
                String.format(
                        "The controller takes %d %% of the time it took at first for a %s of the"
                                + " same size at the same depth (%s more); the mediator takes as"
                                + " long as before.",
                        meter.percent(), c.name().name(), Times.text(meter.riseNs())),
                Where.sq(c.sqid),
                meter.fromSeq(),
                c.startSeq,
                c.doneSeq);
    }
}
