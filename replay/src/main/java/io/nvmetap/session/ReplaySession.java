package io.nvmetap.session;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Comparator;
import io.nvmetap.compare.Uncompared;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.Controller;
import io.nvmetap.device.InterruptSink;
import io.nvmetap.device.LiveTimeline;
import io.nvmetap.device.SharedMemory;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.plan.Plan;
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
    private Straying straying;
    private final Surroundings surroundings;
    private LongConsumer follower = seq -> {};
    private Comparator comparator;

    /**
     * @param timeline time of this replay, at its start
     */
    public ReplaySession(
            Plan plan, Driver driver, ReplayOptions options, VirtualTimeline timeline) {
        this.plan = plan;
        this.comparator = new Comparator(plan.header().mediated());
        this.driver = driver;
        this.options = options;
        this.timeline = timeline;
        this.budget = new AccessBudget(options.accessesMax());
        this.pump = new VirtualPump(timeline, budget, outcome);
        this.straying = Straying.of(options);
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
        this.comparator = new Comparator(plan.header().mediated());
        this.driver = driver;
        this.options = options;
        this.timeline = timeline;
        // A process that spins is one that does not answer: that has a time limit.
        this.budget = new AccessBudget(Long.MAX_VALUE);
        this.pump = new LivePump(timeline, outcome, driver);
        this.straying = Straying.of(ReplayOptions.DEFAULT);
        this.surroundings = new PeerSurroundings(timeline, driver.limits().aftermathNs(), shared);
    }

    /** With the second CPU that the driver was built to meet. */
    ReplaySession straying(Straying other) {
        straying = other;
        return this;
    }

    /** Tells the sequence number of each act of the recorded guest before it is done again. */
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
                        new PlaybackController.Environment(timeline, budget, straying));
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

    /**
     * Drives a device itself, with nothing in between: what it answers otherwise than the recorded
     * controller is collected, and the replay goes on as far as it can.
     *
     * @param told told of each command before the guest rings for it
     */
    Verdict device(Controller device, ReplayGuest.ControllerView told) {
        comparator = new Comparator(plan.header().mediated(), true);
        return run(device, told, Tap.OFF, Witness.OFF);
    }

    private Verdict run(
            Controller device, ReplayGuest.ControllerView view, Tap tap, Witness witness) {
        GuestArena arena = surroundings.arena(pageBytes(), driver.memory());
        InterruptLog interrupts = new InterruptLog();
        InterruptSink sink =
                straying.perturbation().on()
                        ? new LateMessages(interrupts, timeline, straying.perturbation())
                        : interrupts;
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
                            surroundings.given(memory), surroundings.interrupts(sink, memory));
                });
        if (!outcome.diverged()) {
            Steps steps = new Steps(built[0], pump, guest, new Steps.World(arena, memory));
            steps.observe(interrupts, comparator, outcome);
            Performance.Stage stage =
                    new Performance.Stage(pump, outcome, follower, surroundings.aftermathNs());
            new Performance(options, stage, steps, guest, straying).run(plan);
        }
        comparator.count(Uncompared.REGISTER_VALUES, plan.readsUnseen());
        comparator.count(Uncompared.DRIVERS_COMMANDS, view.sees() ? 0 : comparator.compared());
        comparator.count(Uncompared.STORES, surroundings.looks() ? comparator.compared() : 0);
        return verdict();
    }

    private Verdict verdict() {
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
                        plan.adaptations())
                .with(comparator.differences());
    }
}
