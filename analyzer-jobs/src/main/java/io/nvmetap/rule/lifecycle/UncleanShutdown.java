package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The controller is disabled with I/O in flight, or reset while enabled without a shutdown
 * notification. Giving up a command that is past its deadline is error recovery, not this.
 */
public final class UncleanShutdown extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Threshold RECENT = Threshold.ms("unclean-shutdown.recent", 1_000);

    public UncleanShutdown() {
        super(
                new RuleInfo(
                        "unclean-shutdown",
                        "Unclean shutdown",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.6 (Shutdown Processing): finish I/O, delete queues, CC.SHN,"
                                + " wait for CSTS.SHST",
                        "Drain I/O, delete the I/O queues and write CC.SHN before the controller is"
                                + " disabled or the machine is reset.",
                        List.of("G5")));
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of();
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!h.facts.disabled) {
            return;
        }
        judge.chance();
        SideState side = h.side(e.side);
        boolean byMediator = e.side == Side.DEVICE && h.header.mediated();
        if (byMediator && !h.guest.enabled) {
            return;
        }
        Party owner = byMediator ? Party.MEDIATOR : Party.GUEST;
        if (e.kind == EventKind.CONTROLLER_RESET) {
            if (!side.shutdownNotified) {
                judge.violated(
                        owner,
                        "The controller is reset while it is enabled, without CC.SHN before.",
                        Where.NOWHERE,
                        side.epochSeq,
                        e.seq);
            }
            return;
        }
        int io = 0;
        Command oldest = null;
        for (Command c : h.facts.abandoned) {
            if (!c.admin()) {
                io++;
                oldest = oldest == null ? c : oldest;
            }
        }
        if (io > 0 && e.timeNs - oldest.startNs < judge.settings().of(RECENT)) {
            judge.violated(
                    owner,
                    "CC.EN is cleared with " + io + " I/O commands in flight.",
                    Where.of(oldest),
                    oldest.startSeq,
                    e.seq);
        }
    }
}
