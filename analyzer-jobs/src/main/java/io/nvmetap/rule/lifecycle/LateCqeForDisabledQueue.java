package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/** A completion is copied to a guest that deleted the queue or disabled the controller. */
public final class LateCqeForDisabledQueue extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated().sees(Unseen.GUEST_SIDE);

    private final DeletedQueues deleted = new DeletedQueues();

    /** Event by which the guest knows that the controller is off, -1 it is not. */
    private long offSeq = -1;

    public LateCqeForDisabledQueue() {
        super(
                new RuleInfo(
                        "late-cqe-for-disabled-queue",
                        "Late completion copied into a queue the guest gave up",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 5.6 and 5.7 (Delete I/O Completion and Submission Queue),"
                                + " 3.1.3.6 (CSTS.RDY)",
                        "Take late completions from the controller, acknowledge them and drop them:"
                                + " the guest's memory holds something else by now.",
                        List.of("G3")));
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (!blind(h).isEmpty()) {
            return;
        }
        boolean gone = deleted.apply(h, e);
        boolean off = offSeq < 0 && turnsOff(h, e);
        if (off) {
            offSeq = e.seq;
        } else if (h.guest.enabled || h.resetting || h.gapSeq == e.seq || !h.guest.known) {
            offSeq = -1;
        }
        if (gone || off) {
            judge.chance();
        }
        if (e.kind == EventKind.COMPLETION_COPIED) {
            copied(h, e, judge);
        }
    }

    /** The guest reads RDY 0, or the reset it asked for ends. */
    private static boolean turnsOff(History h, CapturedEvent e) {
        if (h.guest.enabled || h.resetting || !h.guest.known || h.guest.epoch == 0) {
            return false;
        }
        boolean status =
                e.kind == EventKind.REGISTER_READ
                        && e.side == Side.GUEST
                        && e.space == RegisterSpace.BAR0
                        && e.registerOffset == Registers.CSTS
                        && e.flag
                        && !Registers.cstsRdy((int) e.value);
        return status || e.kind == EventKind.CONTROLLER_RESET && e.edge == Edge.END;
    }

    private void copied(History h, CapturedEvent e, Judge judge) {
        Command c = h.facts.command;
        int cid = Cqe.cid(e.entry, 0);
        long sqGone = deleted.goneUnder(c);
        long cqGone = deleted.gone(e.qid);
        if (offSeq >= 0) {
            report(
                    judge,
                    "A completion is copied to a guest that disabled the controller",
                    c,
                    e,
                    offSeq);
        } else if (cqGone >= 0) {
            report(
                    judge,
                    "A completion is copied into a completion queue that the guest deleted",
                    c,
                    e,
                    cqGone);
        } else if (sqGone >= 0 && c.seenSeq > sqGone) {
            String what =
                    "Command "
                            + cid
                            + " is completed to the guest, which deleted its submission queue";
            report(judge, what, c, e, sqGone);
        }
    }

    private static void report(Judge judge, String what, Command c, CapturedEvent e, long since) {
        judge.violated(
                Party.MEDIATOR,
                what + ".",
                new Where(c == null ? -1 : c.sqid, e.qid, Cqe.cid(e.entry, 0)),
                since,
                c == null ? -1 : c.seenSeq,
                e.seq);
    }
}
