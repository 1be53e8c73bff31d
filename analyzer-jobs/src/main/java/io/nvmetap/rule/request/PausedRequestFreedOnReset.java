package io.nvmetap.rule.request;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RequestStep;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Where;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request goes on after its memory was given back, or reaches the controller after the reset that
 * ended its life (NVMe Base 2.0, 3.7.2).
 */
public final class PausedRequestFreedOnReset extends Rule {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.mediated("no mediator held requests");

    /** Requests remembered, of each kind. */
    private static final int KEPT_MAX = 4096;

    /** How long one that was given back, or whose life ended, is remembered: event time. */
    private static final long REMEMBERED_NS = 60_000_000_000L;

    private static final class Request implements Serializable {
        private static final long serialVersionUID = 1L;
        boolean paused;
        boolean freed;
        int sqid;
        long endNs;
        long endSeq = -1;
        long seq;
    }

    private final Map<Long, Request> alive = new LinkedHashMap<>();
    private final Map<Long, Request> gone = new LinkedHashMap<>();
    private long gapSeq = -1;

    public PausedRequestFreedOnReset() {
        super(
                new RuleInfo(
                        "paused-request-freed-on-reset",
                        "Request used after it was freed",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.7.2 (Controller Level Reset: outstanding commands are"
                                + " terminated, queues deleted)",
                        "Let a reset wait until the interceptor has given every request back, or"
                                + " take what it would resume out of its hands first.",
                        List.of("E6")));
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
        if (h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            alive.clear();
            gone.clear();
        }
        if (!blind(h).isEmpty()) {
            return;
        }
        forget(h.nowNs);
        if (e.kind == EventKind.REQUEST_STATE && e.commandId >= 0) {
            state(e, judge);
        } else if (e.kind == EventKind.COMMAND_EMITTED && e.commandId >= 0) {
            submitted(e, judge);
        } else if (e.kind == EventKind.CONTROLLER_RESET && e.edge == Edge.END) {
            // None of them may reach the controller any more, freed or not.
            alive.forEach((id, r) -> end(id, r, e));
            alive.clear();
        }
    }

    private void state(CapturedEvent e, Judge judge) {
        Request dead = gone.get(e.commandId);
        if (dead != null) {
            afterTheEnd(e, dead, judge);
            return;
        }
        Request r = alive.get(e.commandId);
        switch (e.request) {
            case QUEUED, PAUSED -> {
                if (r == null && alive.size() < KEPT_MAX) {
                    r = new Request();
                    r.seq = e.seq;
                    r.sqid = e.qid;
                    alive.put(e.commandId, r);
                }
                if (r != null) {
                    r.paused |= e.request == RequestStep.PAUSED;
                }
            }
            case RESUMED -> judged(r, judge);
            case SUBMITTED -> alive.remove(e.commandId);
            case FREED -> {
                if (r != null) {
                    judged(r, judge);
                    r.freed = true;
                    alive.remove(e.commandId);
                    end(e.commandId, r, e);
                }
            }
            default -> {
                // A step that a later version knows.
            }
        }
    }

    private static void judged(Request r, Judge judge) {
        if (r != null && r.paused) {
            judge.chance();
        }
    }

    private void end(long id, Request r, CapturedEvent e) {
        r.endNs = e.timeNs;
        r.endSeq = e.seq;
        gone.put(id, r);
        if (gone.size() > KEPT_MAX) {
            gone.remove(gone.keySet().iterator().next());
        }
    }

    private void afterTheEnd(CapturedEvent e, Request r, Judge judge) {
        boolean out = e.request == RequestStep.SUBMITTED;
        if (!r.freed && !out) {
            // The reset left it to the interceptor, which may let go of it and free it.
            if (e.request == RequestStep.FREED) {
                judged(r, judge);
                r.freed = true;
                r.endSeq = e.seq;
            }
            return;
        }
        gone.remove(e.commandId);
        accuse(e, r, judge, "is " + e.request.name().toLowerCase(java.util.Locale.ROOT));
    }

    private void submitted(CapturedEvent e, Judge judge) {
        alive.remove(e.commandId);
        Request dead = gone.remove(e.commandId);
        if (dead != null) {
            accuse(e, dead, judge, "is issued to the controller");
        }
    }

    private static void accuse(CapturedEvent e, Request r, Judge judge, String what) {
        judge.violated(
                Party.MEDIATOR,
                String.format(
                        "A request of submission queue %d %s %d us after %s.",
                        r.sqid,
                        what,
                        (e.timeNs - r.endNs) / 1_000,
                        r.freed
                                ? "its memory was given back"
                                : "the end of the reset that ended its life"),
                Where.sq(r.sqid),
                r.seq,
                r.endSeq,
                e.seq);
    }

    private void forget(long nowNs) {
        while (!gone.isEmpty()) {
            Map.Entry<Long, Request> eldest = gone.entrySet().iterator().next();
            if (nowNs - eldest.getValue().endNs < REMEMBERED_NS) {
                return;
            }
            gone.remove(eldest.getKey());
        }
    }
}
