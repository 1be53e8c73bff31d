package io.nvmetap.session;

import io.nvmetap.plan.Plan;
import io.nvmetap.plan.Stimulus;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/** The guest's acts, one after another: as recorded, or perturbed. */
final class Performance {
    /** An interrupt that is due this soon may come in while a doorbell is written. */
    private static final long SOON_NS = 30_000;

    private final ReplayOptions options;
    private final Pump pump;
    private final Outcome outcome;
    private final Steps steps;
    private final ReplayGuest guest;
    private final Perturbation perturbation;
    private final Crossing crossing;
    private final LongConsumer follower;
    private final long aftermathNs;
    private long shiftNs;

    /**
     * What a performance is told by and tells.
     *
     * @param aftermathNs how long after the last thing the guest did a driver may still do wrong
     */
    record Stage(Pump pump, Outcome outcome, LongConsumer follower, long aftermathNs) {}

    Performance(
            ReplayOptions options, Stage stage, Steps steps, ReplayGuest guest, Straying straying) {
        this.options = options;
        this.pump = stage.pump;
        this.outcome = stage.outcome;
        this.follower = stage.follower;
        this.aftermathNs = stage.aftermathNs;
        this.steps = steps;
        this.guest = guest;
        this.perturbation = straying.perturbation();
        this.crossing = straying.crossing();
    }

    /** Runs the plan to its end, or to where the driver does wrong. */
    void run(Plan plan) {
        Agenda agenda = new Agenda(plan.stimuli());
        while (!agenda.isEmpty()) {
            Stimulus head = agenda.head();
            outcome.at(head.at().seq());
            pace(head);
            arrivals(head);
            if (!outcome.diverged()) {
                turn(agenda);
            }
            if (outcome.diverged()) {
                return;
            }
        }
        long end = Long.MAX_VALUE;
        arrivals(end, () -> guest.awaited(end).isEmpty());
        pump.runUntil(() -> false, pump.nowNs() + aftermathNs);
        steps.unsignalled();
    }

    /** Waits for the recorded time, unless a perturbed guest has no patience, or dawdles. */
    private void pace(Stimulus next) {
        long wantedNs = options.scaled(next.at().timeNs()) + shiftNs;
        boolean early = perturbation.on() && Agenda.movable(next) && perturbation.early();
        if (wantedNs > pump.nowNs() && !early) {
            pump.runUntil(() -> false, wantedNs);
        } else {
            shiftNs += pump.nowNs() - wantedNs;
        }
        long lateNs = perturbation.on() ? perturbation.lateNs() : 0;
        if (lateNs > 0) {
            pump.runUntil(() -> false, pump.nowNs() + lateNs);
        }
    }

    private void turn(Agenda agenda) {
        if (!perturbation.on()) {
            perform(agenda.take());
            return;
        }
        List<Integer> free = agenda.free(steps::mayGo);
        boolean may = !free.isEmpty() && !agenda.headIsLate();
        if (may && perturbation.overtakes()) {
            Stimulus overtaking = agenda.overtake(free.get(perturbation.pick(free.size())));
            perform(overtaking);
        } else if (Agenda.movable(agenda.head()) && perturbation.races()) {
            if (free.isEmpty()) {
                interrupted(agenda.take());
            } else {
                Stimulus second = agenda.overtake(free.get(perturbation.pick(free.size())));
                race(agenda.take(), second);
            }
        } else {
            perform(agenda.take());
        }
    }

    private void perform(Stimulus stimulus) {
        begins(stimulus);
        steps.perform(stimulus, options.deadlineNs());
    }

    /** Two CPUs: the second enters the driver while it still works for the first. */
    private void race(Stimulus first, Stimulus second) {
        int cpu = Math.max(0, first.at().cpu());
        int other = second.at().cpu();
        int otherCpu = other >= 0 && other != cpu ? other : cpu + 1;
        crossing.await(() -> performOn(otherCpu, second));
        performOn(cpu, first);
        if (crossing.stillWaits() && !outcome.diverged()) {
            performOn(otherCpu, second);
        }
    }

    private void performOn(int cpu, Stimulus stimulus) {
        begins(stimulus);
        steps.performOn(cpu, stimulus, options.deadlineNs());
    }

    private void begins(Stimulus stimulus) {
        outcome.at(stimulus.at().seq());
        follower.accept(stimulus.at().seq());
    }

    /** The second CPU takes an interrupt of the controller that is about to come. */
    private void interrupted(Stimulus first) {
        crossing.await(() -> pump.runSoon(SOON_NS));
        perform(first);
        crossing.stillWaits();
    }

    /**
     * Waits for the completions recorded before. A perturbed guest acknowledges what it has got
     * without waiting for more.
     */
    private void arrivals(Stimulus next) {
        long seq = next.at().seq();
        arrivals(
                seq,
                () ->
                        guest.awaited(seq).isEmpty()
                                || perturbation.on() && steps.mayAcknowledge(next));
    }

    private void arrivals(long seq, BooleanSupplier come) {
        long latencyNs = Math.min(guest.latencyNsMax(seq), options.latencyNsMax());
        long deadlineNs = pump.nowNs() + options.scaled(latencyNs) + options.deadlineNs();
        if (!pump.runUntil(come, deadlineNs) && !outcome.diverged()) {
            guest.awaited(seq).ifPresent(command -> missing(command, seq));
        }
    }

    private void missing(Submitted command, long seq) {
        outcome.diverged(
                command.exchange.answer().map(a -> a.at().seq()).orElse(seq),
                Missing.describe(command, guest, options.deadlineNs()));
    }
}
