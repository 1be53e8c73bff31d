package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * An Apple ANS2 controller with MSI goes silent after a long run of messages during which nobody
 * accessed INTMS or INTMC.
 */
public final class Ans2IntmsKeepalive extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.ans2();

    private static final Threshold MESSAGES = Threshold.count("ans2-intms-keepalive.messages", 64);

    /** Messages since the last access to the mask, and the events of the first and the last. */
    private long messages;

    private long firstSeq = -1;
    private long lastSeq = -1;
    private long lastNs;
    private boolean spoken;

    public Ans2IntmsKeepalive() {
        super(
                new RuleInfo(
                        "ans2-intms-keepalive",
                        "INTMS must be read to keep alive",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of Apple ANS2; NVMe Base 2.0 asks for no access to INTMS",
                        "Read INTMS once at each MSI.",
                        List.of("I8")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(MESSAGES);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.INTERRUPT_RAISED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        boolean off = h.facts.disabled && e.side == Side.DEVICE;
        if (off || h.gapSeq == e.seq || e.kind == EventKind.CONTROLLER_RESET) {
            messages = 0;
            spoken = false;
        }
        if (e.side != Side.DEVICE) {
            return;
        }
        boolean accessed =
                (e.kind == EventKind.REGISTER_READ || e.kind == EventKind.REGISTER_WRITTEN)
                        && e.space == RegisterSpace.BAR0
                        && e.registerOffset + e.widthBytes > Registers.INTMS
                        && e.registerOffset < Registers.INTMC + 4;
        if (accessed || e.kind == EventKind.INTERRUPT_RAISED && e.interrupt != InterruptKind.MSI) {
            messages = 0;
        } else if (e.kind == EventKind.INTERRUPT_RAISED) {
            judge.chance();
            firstSeq = messages++ == 0 ? e.seq : firstSeq;
            lastSeq = e.seq;
            lastNs = e.timeNs;
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (messages == 0 || spoken) {
            return NEVER;
        }
        long silenceNs = judge.settings().of(CommonThresholds.APPLE_SILENCE);
        boolean silent = h.nowNs - Math.max(lastNs, h.device.lastDoneNs) > silenceNs;
        if (messages < judge.settings().of(MESSAGES) || !silent || !h.device.known) {
            return ALWAYS;
        }
        for (Command c : h.device.inFlight.values()) {
            if (h.nowNs - c.startNs > silenceNs && owed(h, c)) {
                spoken = true;
                judge.violated(
                        Party.CONTROLLER,
                        String.format(
                                "Nothing is posted any more after %d MSI messages without an access"
                                        + " to INTMS or INTMC; command %d waits %d ms.",
                                messages, c.cid, (h.nowNs - c.startNs) / 1_000_000),
                        Where.of(c),
                        firstSeq,
                        lastSeq,
                        c.startSeq,
                        h.seq);
                return NEVER;
            }
        }
        return ALWAYS;
    }

    /** The controller has the command, and room to complete it with nothing left unacknowledged. */
    private static boolean owed(History h, Command c) {
        SubmissionQueue sq = h.device.sqs.get(c.sqid);
        CompletionQueue cq = sq == null ? null : h.device.cqs.get(sq.cqid);
        boolean exempt = c.waitsForEvent() || c.released || c.name().timeExempt();
        return cq != null && !exempt && sq.tail == sq.taken && cq.unacked.isEmpty();
    }
}
