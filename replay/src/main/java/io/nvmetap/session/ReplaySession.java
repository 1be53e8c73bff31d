package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Comparator;
import io.nvmetap.compare.Uncompared;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.Controller;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.SharedMemory;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.Stimulus;
import io.nvmetap.target.Driver;
import io.nvmetap.target.ExternalDriver;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Runs a plan into a driver, closed loop: each thing the guest did is done again once the guest has
 * seen what it had seen before it. One thread, virtual time: the same plan, driver and options give
 * the same verdict.
 */
public final class ReplaySession {
    private final Plan plan;
    private final Driver driver;
    private final ReplayOptions options;
    private final Timeline timeline;
    private final Outcome outcome = new Outcome();
    private final Pump pump;
    private final AccessBudget budget;
    private final Surroundings surroundings;
    private LongConsumer follower = seq -> {};

    /**
     * @param timeline time of this replay, at its start
     */
    public ReplaySession(
            Plan plan, Driver driver, ReplayOptions options, VirtualTimeline timeline) {
        this.plan = plan;
        this.driver = driver;
        this.options = options;
        this.timeline = timeline;
        this.budget = new AccessBudget(options.accessesMax());
        this.pump = new VirtualPump(timeline, budget, outcome);
        this.surroundings = Surroundings.SAME_PROCESS;
    }

    /**
     * For a driver in another process: real time. The caller is inside the timeline while the
     * session runs.
     *
     * @param shared guest memory that the driver is given as a file; empty: by messages
     */
    public ReplaySession(
            Plan plan,
            ExternalDriver driver,
            ReplayOptions options,
            LiveTimeline timeline,
            Optional<SharedMemory> shared) {
        this.plan = plan;
        this.driver = driver;
        this.options = options;
        this.timeline = timeline;
        // A process that spins is one that does not answer: that has a time limit.
        this.budget = new AccessBudget(Long.MAX_VALUE);
        this.pump = new LivePump(timeline, outcome, driver);
        this.surroundings = new PeerSurroundings(timeline, driver.limits().aftermathNs(), shared);
    }

    /** Tells the sequence number of each event of the recording before it is replayed. */
    public void follow(LongConsumer newFollower) {
        follower = newFollower;
    }

    /** Replays with the recorded controller behind the driver. */
    public Verdict playback(int controller, Tap tap) {
        PlaybackController device =
                new PlaybackController(
                        plan,
                        controller,
                        options,
                        new PlaybackController.Environment(timeline, budget));
        Witness witness = witness(tap);
        device.witness(witness);
        return run(surroundings.device(device, witness), device, tap, witness);
    }

    private Witness witness(Tap tap) {
        return surroundings.witness(tap, pageBytes());
    }

    private int pageBytes() {
        return 4096 << plan.facts().memoryPageShiftMax();
    }

    /** Replays with another controller behind the driver. */
    public Verdict against(Controller device, Tap tap) {
        return run(device, ReplayGuest.ControllerView.BLIND, tap, witness(tap));
    }

    private Verdict run(
            Controller device, ReplayGuest.ControllerView view, Tap tap, Witness witness) {
        Comparator comparator = new Comparator(plan.header().mediated());
        GuestArena arena = surroundings.arena(pageBytes());
        InterruptLog interrupts = new InterruptLog();
        WatchedMemory memory = new WatchedMemory(arena.memory(), budget, outcome::diverged);
        ReplayGuest guest = new ReplayGuest(arena, memory, comparator, outcome, interrupts);
        guest.recordedEntryBytes(plan.facts().ioEntryBytes());
        guest.controller(view);
        guest.witness(witness);
        pump.afterEach(
                () -> {
                    surroundings.look(memory);
                    guest.settle();
                });
        Controller[] built = new Controller[1];
        pump.guarded(
                () -> {
                    Controller bare = driver.build(device, timeline, tap);
                    built[0] = surroundings.driver(bare, witness);
                    built[0].connect(
                            surroundings.given(memory),
                            surroundings.interrupts(interrupts, memory));
                });
        if (!outcome.diverged()) {
            Steps steps = new Steps(built[0], pump, guest, new Steps.World(arena, memory));
            steps.observe(interrupts, comparator, outcome);
            perform(steps, guest);
        }
        comparator.count(Uncompared.REGISTER_VALUES, plan.readsUnseen());
        comparator.count(Uncompared.DRIVERS_COMMANDS, view.sees() ? 0 : comparator.compared());
        comparator.count(Uncompared.STORES, surroundings.looks() ? comparator.compared() : 0);
        return verdict(comparator);
    }

    private void perform(Steps steps, ReplayGuest guest) {
        long shiftNs = 0;
        for (Stimulus stimulus : plan.stimuli()) {
            outcome.at(stimulus.at().seq());
            follower.accept(stimulus.at().seq());
            long wantedNs = options.scaled(stimulus.at().timeNs()) + shiftNs;
            if (wantedNs > timeline.nowNs()) {
                pump.runUntil(() -> false, wantedNs);
            } else {
                shiftNs += timeline.nowNs() - wantedNs;
            }
            arrivals(guest, stimulus.at().seq());
            if (!outcome.diverged()) {
                steps.perform(stimulus, options.deadlineNs());
            }
            if (outcome.diverged()) {
                return;
            }
        }
        arrivals(guest, Long.MAX_VALUE);
        pump.runUntil(() -> false, timeline.nowNs() + surroundings.aftermathNs());
        steps.unsignalled();
    }

    /** Waits for the completions recorded before {@code seq}. */
    private void arrivals(ReplayGuest guest, long seq) {
        long latencyNs = Math.min(guest.latencyNsMax(seq), options.latencyNsMax());
        long deadlineNs = timeline.nowNs() + options.scaled(latencyNs) + options.deadlineNs();
        pump.runUntil(() -> guest.awaited(seq).isEmpty(), deadlineNs);
        if (outcome.diverged()) {
            return;
        }
        guest.awaited(seq)
                .ifPresent(
                        command ->
                                outcome.diverged(
                                        command.exchange
                                                .answer()
                                                .map(a -> a.at().seq())
                                                .orElse(seq),
                                        Missing.describe(command, guest, options.deadlineNs())));
    }

    private Verdict verdict(Comparator comparator) {
        Verdict.Outcome how;
        String reason = "";
        if (outcome.diverged()) {
            how = Verdict.Outcome.DIVERGED;
        } else if (plan.unknown().isPresent()) {
            how = Verdict.Outcome.UNKNOWN;
            reason =
                    plan.unknown().get().reason()
                            + (comparator.compared() == 0
                                    ? ""
                                    : "; the "
                                            + comparator.compared()
                                            + " commands before are the same");
        } else if (comparator.compared() == 0) {
            how = Verdict.Outcome.UNKNOWN;
            reason = "no completion was recorded that could be compared";
        } else {
            how = Verdict.Outcome.SAME;
        }
        return new Verdict(
                how,
                driver.name(),
                comparator.compared(),
                outcome.first(),
                reason,
                comparator.uncompared(),
                plan.adaptations());
    }
}
