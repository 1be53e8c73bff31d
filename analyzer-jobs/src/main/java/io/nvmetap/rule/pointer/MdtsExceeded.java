package io.nvmetap.rule.pointer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SideState;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** A command transfers more than the side that takes it said it can. */
public final class MdtsExceeded extends Rule {
    private static final long serialVersionUID = 1L;

    /** CAP.MPSMIN counts from pages of 4 KiB. */
    private static final int PAGE_SHIFT = 12;

    private boolean limitSeen;
    private boolean commandSeen;

    public MdtsExceeded() {
        super(
                new RuleInfo(
                        "mdts-exceeded",
                        "Transfer longer than MDTS",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, Identify Controller, Maximum Data Transfer Size (MDTS)",
                        "Split transfers at 2^MDTS pages of CAP.MPSMIN; a mediator must not show a"
                                + " larger limit than the controller has.",
                        List.of("F6")));
    }

    @Override
    public boolean maySilenceController() {
        return true;
    }

    @Override
    public String blind(History h) {
        return commandSeen && !limitSeen ? "the source cannot see MDTS" : "";
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED, EventKind.COMMAND_EMITTED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean command =
                e.kind == EventKind.COMMAND_FETCHED || e.kind == EventKind.COMMAND_EMITTED;
        if (!command || e.dataBytes < 0) {
            return;
        }
        commandSeen = true;
        SideState side = h.side(e.side);
        if (side.mdts < 0) {
            return;
        }
        limitSeen = true;
        judge.chance();
        long limit =
                side.mdts == 0
                        ? Long.MAX_VALUE
                        : 1L << side.mdts + PAGE_SHIFT + Registers.capMpsmin(h.info().cap());
        Command c = h.facts.command;
        if (e.dataBytes > limit && c != null) {
            judge.violated(
                    h.actor(e.side),
                    String.format(
                            "%s of %,d bytes on submission queue %d; the limit is %,d bytes.",
                            c.name().name(), e.dataBytes, c.sqid, limit),
                    Where.of(c),
                    e.seq);
        }
    }
}
