package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** An Apple controller goes silent with two commands in flight that share a buffer. */
public final class AppleBufferReuseStall extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.apple();

    private int epochReported = -1;

    public AppleBufferReuseStall() {
        super(
                new RuleInfo(
                        "apple-buffer-reuse-stall",
                        "Controller silent after a buffer was used twice",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of Apple controllers; NVMe Base 2.0 allows commands to share memory",
                        "Give every command in flight a data buffer of its own, zero buffers too.",
                        List.of("I2")));
    }

    @Override
    public boolean aboutSilence() {
        return true;
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_EMITTED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        if (e.kind == EventKind.COMMAND_EMITTED && c != null && c.prp1Known) {
            judge.chance();
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (!blind(h).isEmpty()) {
            return NEVER;
        }
        boolean look = h.device.known && h.device.inFlight.size() > 1;
        long silence = judge.settings().of(CommonThresholds.APPLE_SILENCE);
        if (!look || h.device.epoch == epochReported || h.nowNs - h.device.lastDoneNs < silence) {
            return ALWAYS;
        }
        Map<Long, Command> users = new HashMap<>();
        for (Command c : h.device.inFlight.values()) {
            boolean data = c.prp1Known && c.prp1 != 0 && !c.waitsForEvent();
            Command first = data ? users.putIfAbsent(c.prp1, c) : null;
            if (first != null && h.nowNs - c.startNs > silence) {
                epochReported = h.device.epoch;
                judge.violated(
                        Party.CONTROLLER,
                        String.format(
                                "Commands %d and %d both use the buffer at 0x%x, and the controller"
                                        + " is silent since.",
                                first.cid, c.cid, c.prp1),
                        Where.of(c),
                        first.startSeq,
                        c.startSeq,
                        h.seq);
                return ALWAYS;
            }
        }
        return ALWAYS;
    }
}
