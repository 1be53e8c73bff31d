package io.nvmetap.rule.latency;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.history.Command;
import io.nvmetap.history.History;
import io.nvmetap.nvme.Registers;
import io.nvmetap.rule.Judge;
import io.nvmetap.rule.Rule;
import io.nvmetap.rule.RuleInfo;
import io.nvmetap.rule.Sight;
import io.nvmetap.rule.Threshold;
import io.nvmetap.rule.Timed;
import io.nvmetap.rule.Where;
import java.util.List;
import java.util.Set;

/**
 * A controller that was allowed to sleep when idle does not wake: the first command after an idle
 * time takes many times what Identify says, or every register reads as ones.
 */
public final class ApstDeepSleepHang extends Rule implements Timed {
    private static final long serialVersionUID = 1L;

    private static final Sight NEEDS = Sight.ANY.sees(Unseen.REAL_TIME, Unseen.DEVICE_SIDE);

    private static final Threshold IDLE = Threshold.ms("apst-deep-sleep-hang.idle", 100);
    private static final Threshold WAKE = Threshold.ms("apst-deep-sleep-hang.wake", 250);

    /** How many times the stated latency is too long, and what is never too long. */
    private static final long TIMES = 10;

    private static final long SHORT_NS = 20_000_000;

    /** Slow wakes that make a step, against so many other commands of which few are slow. */
    private static final int SLOW_MIN = 2;

    private static final int OTHERS_MIN = 32;
    private static final int OTHERS_SLOW_ONE_IN = 100;

    private final SleepTable sleep = new SleepTable();
    private Command waking;
    private boolean wakingCounted;
    private long wakingIdleNs;
    private long awakeNs = -1;
    private long firstSlowSeq = -1;
    private long slowWakes;
    private long others;
    private long othersSlow;
    private boolean spoken;

    public ApstDeepSleepHang() {
        super(
                new RuleInfo(
                        "apst-deep-sleep-hang",
                        "Controller does not wake",
                        Severity.ERROR,
                        RuleInfo.Scope.CONTROLLER,
                        "NVMe Base 2.0, 8.15 (Power Management); ENLAT and EXLAT of the power state"
                                + " descriptor",
                        "Keep it out of its deepest power state (Linux NO_DEEPEST_PS, or NO_APST).",
                        List.of("H1")));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(IDLE, WAKE);
    }

    @Override
    public Sight needs() {
        return NEEDS;
    }

    @Override
    public Set<EventKind> reads() {
        return Set.of(EventKind.COMMAND_EMITTED, EventKind.COMPLETION_SEEN, EventKind.PAYLOAD);
    }

    @Override
    public void step(History h, CapturedEvent e, Judge judge) {
        if (h.gapSeq == e.seq) {
            forget();
            sleep.forget();
            return;
        }
        sleep.note(h, e);
        if (e.side == Side.DEVICE && h.facts.enabled) {
            forget();
        }
        if (e.kind == EventKind.CONTROLLER_RESET && !controllerOnly(e.reset)) {
            // The function is reset: it reads as ones meanwhile, and that is right.
            waking = null;
        }
        if (!blind(h).isEmpty()) {
            return;
        }
        Command c = h.facts.command;
        switch (e.kind) {
            case COMMAND_EMITTED -> begun(h, c, judge);
            case COMPLETION_SEEN -> done(h, c, judge);
            case REGISTER_READ -> allOnes(e, judge);
            default -> {
                // Does not tell whether it wakes.
            }
        }
    }

    /** A disable keeps the controller's power and its function; nothing is excused by it. */
    private static boolean controllerOnly(ResetKind kind) {
        return kind == ResetKind.CC_EN || kind == ResetKind.DRIVER;
    }

    private void forget() {
        waking = null;
        awakeNs = -1;
        firstSlowSeq = -1;
        slowWakes = 0;
        others = 0;
        othersSlow = 0;
        spoken = false;
    }

    private void begun(History h, Command c, Judge judge) {
        if (c == null || !sleep.on() || !h.device.known) {
            return;
        }
        long idleNs = c.startNs - Math.max(h.device.lastDoneNs, sleep.sinceNs());
        long needed = Math.max(sleep.idleNs(), judge.settings().of(IDLE));
        if (h.device.lastDoneNs >= 0 && idleNs >= needed && alone(h, c)) {
            judge.chance();
            waking = c;
            wakingCounted = false;
            wakingIdleNs = idleNs;
        }
    }

    private static boolean alone(History h, Command c) {
        for (Command other : h.device.inFlight.values()) {
            if (other != c && !other.waitsForEvent()) {
                return false;
            }
        }
        return true;
    }

    private void done(History h, Command c, Judge judge) {
        if (c == null || c.startNs < 0 || !sleep.on()) {
            return;
        }
        if (c == waking) {
            woke(c, c.doneNs, judge);
            waking = null;
            awakeNs = c.doneNs;
        } else if (waking == null && c.startNs > awakeNs && !c.admin()) {
            others++;
            othersSlow += c.doneNs - c.startNs > limit(judge) ? 1 : 0;
        }
    }

    private long limit(Judge judge) {
        long stated = sleep.statedNs();
        return stated > 0 ? Math.max(SHORT_NS, TIMES * stated) : judge.settings().of(WAKE);
    }

    private void woke(Command c, long nowNs, Judge judge) {
        if (wakingCounted || nowNs - c.startNs <= limit(judge)) {
            return;
        }
        wakingCounted = true;
        slowWakes++;
        boolean rare = others >= OTHERS_MIN && othersSlow * OTHERS_SLOW_ONE_IN <= others;
        if (slowWakes >= SLOW_MIN && rare && !spoken) {
            spoken = true;
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "%d commands that came after %s and more without any took over %s each;"
                                    + " of %,d others %d did. The controller may sleep when"
                                    + " idle%s.",
                            slowWakes,
                            Times.text(Math.max(sleep.idleNs(), judge.settings().of(IDLE))),
                            Times.text(limit(judge)),
                            others,
                            othersSlow,
                            stated()),
                    Where.of(c),
                    firstSlowSeq,
                    c.startSeq,
                    c.doneSeq);
        }
        firstSlowSeq = firstSlowSeq < 0 ? c.startSeq : firstSlowSeq;
    }

    private String stated() {
        return sleep.statedNs() > 0
                ? " and says that it wakes within " + Times.text(sleep.statedNs())
                : "";
    }

    @Override
    public long time(History h, Judge judge) {
        if (waking != null && waking.doneNs < 0 && h.device.enabled) {
            woke(waking, h.nowNs, judge);
        }
        return waking == null ? NEVER : ALWAYS;
    }

    private void allOnes(CapturedEvent e, Judge judge) {
        boolean status =
                e.side == Side.DEVICE
                        && e.flag
                        && e.space == RegisterSpace.BAR0
                        && e.registerOffset == Registers.CSTS
                        && (int) e.value == -1;
        if (status && waking != null && waking.doneNs < 0 && !spoken) {
            spoken = true;
            judge.violated(
                    Party.CONTROLLER,
                    String.format(
                            "The first command after %s without any was never completed, and CSTS"
                                    + " reads as ones: the controller, which may sleep when idle,"
                                    + " did not wake.",
                            Times.text(wakingIdleNs)),
                    Where.of(waking),
                    waking.startSeq,
                    e.seq);
        }
    }
}
