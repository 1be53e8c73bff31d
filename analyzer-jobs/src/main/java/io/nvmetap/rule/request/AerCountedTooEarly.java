package io.nvmetap.rule.request;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RequestStep;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.CompletionQueue;
import io.nvmetap.history.History;
import io.nvmetap.history.SubmissionQueue;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The mediator keeps a command of its own waiting though nothing is out but the guest's event
 * requests, which wait for ever and may keep nobody waiting (NVMe Base 2.0, 5.2).
 */
public final class AerCountedTooEarly extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator issued commands of its own").bothSides();

    private static final Threshold WAIT = Threshold.ms("aer-counted-too-early.wait", 100);

    /** Own commands that are followed while they wait. */
    private static final int WAITING_MAX = 1024;

    /** The admin queue, where event requests are. */
    private static final int ADMIN = 0;

    private static final class Waiting implements Serializable {
        private static final long serialVersionUID = 1L;
        long ns;
        long seq;
    }

    private final Map<Long, Waiting> waiting = new LinkedHashMap<>();

    /** Last moment at which something else than event requests kept them. */
    private long busyNs;

    private boolean spoken;
    private long gapSeq = -1;

    public AerCountedTooEarly() {
        super(
                new RuleInfo(
                        "aer-counted-too-early",
                        "Event requests keep own commands waiting",
                        Severity.WARNING,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 5.2 (Asynchronous Event Request: completes when an event"
                                + " occurs, without a timeout)",
                        "Count an event request as out when it is submitted, where all other"
                                + " commands are counted, not when it is fetched.",
                        List.of("E4")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(WAIT);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_EMITTED, EventKind.REQUEST_STATE);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        boolean over = h.facts.disabled || e.kind == EventKind.CONTROLLER_RESET;
        if (over || h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            waiting.clear();
            spoken = false;
        }
        boolean own = e.owner == Owner.MEDIATOR && e.qid == ADMIN && e.commandId >= 0;
        if (!own || !blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.REQUEST_STATE && e.request == RequestStep.QUEUED) {
            if (waiting.size() < WAITING_MAX) {
                Waiting w = new Waiting();
                w.ns = e.timeNs;
                w.seq = e.seq;
                waiting.put(e.commandId, w);
            }
        } else if (e.kind == EventKind.REQUEST_STATE || e.kind == EventKind.COMMAND_EMITTED) {
            boolean waited = waiting.remove(e.commandId) != null;
            if (waited && eventRequest(h) != null) {
                judge.chance();
            }
        }
    }

    @Override
    public long time(History h, Judge judge) {
        if (waiting.isEmpty() || spoken) {
            return NEVER;
        }
        if (!h.guest.known || !h.device.known || busy(h)) {
            busyNs = h.nowNs;
            return ALWAYS;
        }
        Waiting first = waiting.values().iterator().next();
        Command event = eventRequest(h);
        long alone = h.nowNs - Math.max(first.ns, busyNs);
        if (event != null && alone > judge.settings().of(WAIT)) {
            spoken = true;
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "%s of the mediator's own commands %s for %,d ms though nothing of the"
                                    + " guest is out but event requests.",
                            waiting.size() == 1 ? "One" : waiting.size(),
                            waiting.size() == 1 ? "waits" : "wait",
                            alone / 1_000_000),
                    Where.sq(ADMIN),
                    event.startSeq,
                    first.seq,
                    h.seq);
        }
        return ALWAYS;
    }

    private static Command eventRequest(History h) {
        for (Command c : h.guest.inFlight.values()) {
            if (c.waitsForEvent()) {
                return c;
            }
        }
        return null;
    }

    /** Something else than event requests may keep own admin commands waiting. */
    private static boolean busy(History h) {
        if (h.resetting || h.guest.shutdownNotified || h.device.shutdownNotified) {
            return true;
        }
        SubmissionQueue sq = h.device.sqs.get(ADMIN);
        CompletionQueue cq = h.device.cqs.get(ADMIN);
        if (sq == null || cq == null) {
            return true;
        }
        int out = 0;
        for (Command c : h.device.inFlight.values()) {
            out += c.admin() ? 1 : 0;
            if (c.admin() && !c.waitsForEvent()) {
                return true;
            }
        }
        for (Command c : h.guest.inFlight.values()) {
            if (c.admin() && !c.waitsForEvent()) {
                return true;
            }
        }
        // One entry of a queue stays free; completions of event requests need no turn.
        return out >= sq.sizeEntries - 1 || cq.unacked.stream().anyMatch(c -> !c.waitsForEvent());
    }
}
