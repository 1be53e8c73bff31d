package io.nvmetap.rule.request;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Registers;
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
 * What a reset thinks of intercepted requests is not what there is: it waits for none, or ends with
 * some.
 */
public final class InterceptCounterRace extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS =
            Sight.ANY.mediated("no mediator held requests").sees(Unseen.RESETS);

    private static final Threshold RESET = Threshold.ms("intercept-counter-race.reset", 5_000);

    /** Requests counted; more than a controller's queues of one guest hold in practice. */
    private static final int COUNTED_MAX = 1 << 16;

    private final Set<Long> intercepted = new HashSet<>();
    private boolean intercepts;
    private boolean uncounted;
    private long gapSeq = -1;

    /** The reset that runs and that the mediator has not passed on, -1 none. */
    private long beginSeq = -1;

    /** Since when nothing is there for it to wait for. */
    private long idleNs;

    private long leftSeq = -1;

    public InterceptCounterRace() {
        super(
                new RuleInfo(
                        "intercept-counter-race",
                        "Intercepted requests miscounted",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 3.7.2 (Controller Level Reset by CC.EN); the time is a"
                                + " setting",
                        "Count intercepted requests with atomic operations, or under the lock of"
                                + " the list that holds them.",
                        List.of("E7")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RESET);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.REQUEST_STATE);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.gapSeq != gapSeq) {
            gapSeq = h.gapSeq;
            intercepted.clear();
            intercepts = false;
            // What was held before is not known until a reset has ended.
            uncounted = true;
            beginSeq = -1;
        }
        if (!blind(h).isEmpty()) {
            return;
        }
        if (e.kind == EventKind.CAPTURE_STARTED) {
            uncounted = !h.guest.known;
        }
        if (e.kind == EventKind.REQUEST_STATE && e.owner == Owner.GUEST && e.commandId >= 0) {
            count(e);
        } else if (e.kind == EventKind.CONTROLLER_RESET) {
            reset(e, judge);
        } else if (passedOn(e)) {
            // From now on it is the controller that the reset waits for.
            beginSeq = -1;
        }
    }

    private void count(CapturedEvent e) {
        intercepts = true;
        if (e.request != RequestStep.PAUSED) {
            intercepted.remove(e.commandId);
            leftSeq = e.seq;
        } else if (intercepted.size() < COUNTED_MAX) {
            intercepted.add(e.commandId);
        } else {
            uncounted = true;
        }
    }

    private void reset(CapturedEvent e, Judge judge) {
        if (e.edge == Edge.BEGIN) {
            boolean passes = e.reset == ResetKind.CC_EN || e.reset == ResetKind.DRIVER;
            beginSeq = passes ? e.seq : -1;
            idleNs = e.timeNs;
            return;
        }
        if (intercepts) {
            judge.chance();
        }
        if (!intercepted.isEmpty()) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "The reset ends while the mediator still holds %d intercepted requests,"
                                    + " which it neither let go on nor gave back.",
                            intercepted.size()),
                    Where.NOWHERE,
                    beginSeq,
                    e.seq);
        }
        intercepted.clear();
        uncounted = false;
        beginSeq = -1;
    }

    private static boolean passedOn(CapturedEvent e) {
        return e.kind == EventKind.REGISTER_WRITTEN
                && e.side == Side.DEVICE
                && e.space == RegisterSpace.BAR0
                && e.registerOffset == Registers.CC
                && !Registers.ccEn((int) e.value);
    }

    @Override
    public long time(History h, Judge judge) {
        if (beginSeq < 0 || !intercepts || uncounted) {
            return NEVER;
        }
        if (!h.device.known) {
            return ALWAYS;
        }
        boolean waitsForController =
                h.device.inFlight.values().stream().anyMatch(c -> !c.waitsForEvent());
        if (!intercepted.isEmpty() || waitsForController) {
            idleNs = h.nowNs;
        } else if (h.nowNs - idleNs > judge.settings().of(RESET)) {
            judge.violated(
                    Party.MEDIATOR,
                    String.format(
                            "The reset waits %,d ms and the controller was not told; no request is"
                                    + " intercepted and no command is in flight.",
                            (h.nowNs - idleNs) / 1_000_000),
                    Where.NOWHERE,
                    leftSeq,
                    beginSeq,
                    h.seq);
            beginSeq = -1;
        }
        return ALWAYS;
    }
}
