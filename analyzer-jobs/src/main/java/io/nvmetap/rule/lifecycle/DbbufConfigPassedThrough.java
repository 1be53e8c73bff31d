package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The controller accepted Doorbell Buffer Config (admin 7Ch; NVMe Base 2.0, 5.8) with the guest's
 * own addresses behind a mediator: it now follows the guest's shadow doorbells past the mediator,
 * whose queues are others.
 */
public final class DbbufConfigPassedThrough extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().bothSides();

    private static final int STATUS_BYTE = 14;

    public DbbufConfigPassedThrough() {
        super(
                new RuleInfo(
                        "dbbuf-config-passed-through",
                        "Doorbell Buffer Config reaches the controller",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 5.8 (Doorbell Buffer Config) and Annex B.5 (the controller"
                                + " takes doorbell values from the buffer)",
                        "Hide OACS bit 8 from the guest and answer 7Ch with Invalid Command Opcode,"
                                + " or serve the guest's buffer and give the controller one's own.",
                        List.of("X2")));
    }

    @Override
    public boolean maySilenceController() {
        return true;
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_FETCHED, EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        boolean config = c != null && c.admin() && c.opcode == Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG;
        if (!config || !blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.COMMAND_FETCHED) {
            judge.chance();
        }
        if (e.kind == EventKind.COMPLETION_SEEN && c.owner != Owner.MEDIATOR) {
            answered(c, e, judge);
        }
    }

    private static void answered(Command c, CapturedEvent e, Judge judge) {
        Command asked = c.fetched;
        boolean seen =
                asked != null
                        && (asked.prp1Known && c.prp1Known)
                        && (asked.prp2Known && c.prp2Known)
                        && e.knows(STATUS_BYTE, 2);
        if (!seen) {
            judge.doubt("not seen whose addresses a Doorbell Buffer Config carried");
            return;
        }
        judge.chance();
        // Refused, it changed nothing; with other addresses it is the mediator's own buffer.
        boolean accepted = (Cqe.status(e.entry, 0) & 0x7FF) == 0;
        if (accepted && asked.prp1 == c.prp1 && asked.prp2 == c.prp2) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "The controller accepted the guest's Doorbell Buffer Config with its"
                                    + " addresses %xh and %xh; it now reads doorbells that the"
                                    + " mediator does not see.",
                            c.prp1, c.prp2),
                    Where.of(c),
                    asked.startSeq,
                    c.startSeq,
                    e.seq);
        }
    }
}
