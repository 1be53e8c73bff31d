package io.nvmetap.rule.request;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * The mediator's own commands and the guest's share a completion queue at one time, on a controller
 * that cannot stand completions waiting. Legal on any other controller.
 */
public final class HostAndGuestCommandsMixed extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated("no mediator issued commands of its own");

    private int epochReported = -1;

    public HostAndGuestCommandsMixed() {
        super(
                new RuleInfo(
                        "host-and-guest-commands-mixed",
                        "Mediator's and guest's commands mixed",
                        Severity.WARNING,
                        RuleInfo.Scope.QUEUE_PAIR,
                        "Quirk of Apple controllers; NVMe Base 2.0 allows it",
                        "Let only the mediator's or only the guest's commands be outstanding on one"
                                + " queue at a time (asynchronous event requests excepted).",
                        List.of("E3")));
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
        if (e.kind != EventKind.COMMAND_EMITTED || c == null || c.waitsForEvent()) {
            return;
        }
        SubmissionQueue sq = h.facts.sq;
        CompletionQueue cq = sq == null ? null : h.device.cqs.get(sq.cqid);
        if (cq == null || c.owner == Owner.UNKNOWN || !h.device.known) {
            return;
        }
        judge.chance();
        if (!Profiles.isApple(h) || epochReported == h.device.epoch) {
            return;
        }
        Command other = otherOwner(h, c, cq);
        if (other != null) {
            epochReported = h.device.epoch;
            judge.violated(
                    Party.MEDIATOR,
                    "A command of the "
                            + c.owner.name().toLowerCase(java.util.Locale.ROOT)
                            + " is issued on submission queue "
                            + c.sqid
                            + " while one of the other side is outstanding or not acknowledged.",
                    Where.of(c),
                    other.startSeq,
                    e.seq);
        }
    }

    private static Command otherOwner(History h, Command c, CompletionQueue cq) {
        for (Command o : h.device.inFlight.values()) {
            SubmissionQueue sq = h.device.sqs.get(o.sqid);
            boolean same = sq != null && sq.cqid == cq.qid && !o.waitsForEvent();
            if (same && o.owner != c.owner && o.owner != Owner.UNKNOWN) {
                return o;
            }
        }
        for (Command o : cq.unacked) {
            if (o.owner != c.owner && o.owner != Owner.UNKNOWN && !o.waitsForEvent()) {
                return o;
            }
        }
        return null;
    }
}
