package io.nvmetap.rule.apple;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.Profiles;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * A command identifier that Apple's ANS2 cannot take: in use on another queue, event requests
 * included, or above 253. Other controllers want it unique within its submission queue only.
 */
public final class Ans2CidRules extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.ans2();

    private int epochTooHigh = -1;
    private int epochShared = -1;

    /** Epoch in which a completion had no command that is known: its command may look in flight. */
    private int epochUncertain = -1;

    public Ans2CidRules() {
        super(
                new RuleInfo(
                        "ans2-cid-rules",
                        "Command identifier Apple's ANS2 cannot take",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "Quirk of Apple's ANS2; NVMe Base 2.0, 3.3.3.1 (Command Identifier) asks"
                                + " for one unique within its submission queue",
                        "Number the commands of all queues, event requests too, from one table of"
                                + " identifiers 0 to "
                                + Profiles.ANS2_CID_MAX
                                + ".",
                        List.of("I3")));
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
        return Set.of(EventKind.COMMAND_EMITTED, EventKind.COMPLETION_SEEN);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (e.kind == EventKind.COMPLETION_SEEN && h.facts.command == null) {
            epochUncertain = h.device.epoch;
            judge.doubt("the completion of event " + e.seq + " belongs to no known command");
        }
        Command c = h.facts.command;
        boolean sent = e.kind == EventKind.COMMAND_EMITTED && e.knows(Sqe.CID_OFFSET, 2);
        if (!sent || c == null || !Profiles.isAns2(h)) {
            return;
        }
        judge.chance();
        if (c.cid > Profiles.ANS2_CID_MAX && epochTooHigh != h.device.epoch) {
            epochTooHigh = h.device.epoch;
            judge.violated(
                    h.actor(e.side),
                    "Command identifier "
                            + c.cid
                            + " on submission queue "
                            + c.sqid
                            + " is above "
                            + Profiles.ANS2_CID_MAX
                            + ".",
                    Where.of(c),
                    e.seq);
        }
        Command other = certain(h) ? elsewhere(h, c) : null;
        if (other != null && epochShared != h.device.epoch) {
            epochShared = h.device.epoch;
            judge.violated(
                    h.actor(e.side),
                    "Command identifier "
                            + c.cid
                            + " is used on submission queue "
                            + c.sqid
                            + " while "
                            + other.name().name()
                            + " has it on queue "
                            + other.sqid
                            + ".",
                    Where.of(c),
                    other.startSeq,
                    e.seq);
        }
    }

    private boolean certain(History h) {
        return h.device.known && epochUncertain != h.device.epoch;
    }

    private static Command elsewhere(History h, Command c) {
        for (int sqid : h.device.sqs.keySet()) {
            Command other = sqid == c.sqid ? null : h.device.inFlight(sqid, c.cid);
            if (other != null && !other.released) {
                return other;
            }
        }
        return null;
    }
}
