package io.nvmetap.rule.request;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.CommonThresholds;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A command of the mediator's own is out for long and the guest is held for it. That the controller
 * is silent is another rule's finding; that the guest pays for it is the mediator's doing.
 */
public final class HostRequestWaitsForEver extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator issued commands of its own").bothSides();

    private static final Threshold DEADLINE =
            Threshold.ms("host-request-waits-for-ever.deadline", 10_000);

    /** Deadlines are looked at this often, in event time. */
    private static final long CHECK_NS = 10_000_000L;

    /** Submission queues spoken of in this epoch. */
    private final Set<Integer> spoken = new HashSet<>();

    private long nextCheckNs;

    public HostRequestWaitsForEver() {
        super(
                new RuleInfo(
                        "host-request-waits-for-ever",
                        "Guest held for a request without a deadline",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "no clause: a command may take any time, and none of the mediator's may"
                                + " keep the guest's out for longer than the guest waits",
                        "Give each own command a deadline; when it has passed, go on without the"
                                + " answer and keep identifier and buffer until it comes.",
                        List.of("E8")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DEADLINE);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMPLETION_SEEN, EventKind.COMPLETION_COPIED);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET) {
            spoken.clear();
        }
        Command c = h.facts.command;
        if (c != null && c.owner == Owner.MEDIATOR && c.doneSeq == e.seq) {
            judge.chance();
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (!blind(h).isEmpty()) {
            return NEVER;
        }
        if (h.nowNs < nextCheckNs) {
            return nextCheckNs;
        }
        nextCheckNs = h.nowNs + CHECK_NS;
        if (!h.guest.known || !h.device.known) {
            return nextCheckNs;
        }
        for (Command c : h.device.inFlight.values()) {
            boolean own = c.owner == Owner.MEDIATOR && !c.released && !c.name().timeExempt();
            if (own && h.nowNs - c.startNs > judge.settings().of(DEADLINE)) {
                SubmissionQueue held = held(h, c, judge);
                if (held != null && spoken.add(c.sqid)) {
                    judge.violated(
                            Party.MEDIATOR,
                            words(h, c, held),
                            Where.of(c),
                            c.startSeq,
                            held.waitingSeq,
                            h.seq);
                }
            }
        }
        return nextCheckNs;
    }

    private static String words(History h, Command c, SubmissionQueue held) {
        return String.format(
                "The mediator waits %,d ms for its own %s (command %d of submission queue %d); the"
                        + " guest's commands in queue %d are not fetched for %,d ms.",
                (h.nowNs - c.startNs) / 1_000_000,
                c.name().name(),
                c.cid,
                c.sqid,
                held.qid,
                (h.nowNs - held.waitingSinceNs) / 1_000_000);
    }

    /** A queue of the guest that posts to the same completion queue and is not served. */
    private static SubmissionQueue held(History h, Command own, Judge judge) {
        SubmissionQueue below = h.device.sqs.get(own.sqid);
        for (SubmissionQueue sq : h.guest.sqs.values()) {
            boolean waits =
                    sq.waitingSinceNs >= 0
                            && h.nowNs - sq.waitingSinceNs
                                    > judge.settings().of(CommonThresholds.IO_DEADLINE);
            SubmissionQueue same = h.device.sqs.get(sq.qid);
            if (waits && below != null && same != null && same.cqid == below.cqid) {
                return sq;
            }
        }
        return null;
    }
}
