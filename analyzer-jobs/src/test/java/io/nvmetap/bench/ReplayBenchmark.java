package io.nvmetap.bench;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.GuestReport;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanLimits;
import io.nvmetap.plan.Planner;
import io.nvmetap.session.ReplayOptions;
import io.nvmetap.session.ReplaySession;
import io.nvmetap.target.ReferenceDriver;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * A recording into the reference driver, in virtual time, and the run that it was recorded from.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ReplayBenchmark {
    static final int OPERATIONS = 1_000;

    private static final SimulationSpec SPEC = SimulationSpec.of(GuestKind.LINUX, 7, OPERATIONS);

    private Plan plan;

    /** Records once. */
    @Setup(Level.Trial)
    public void begin() {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        Simulation.run(SPEC, planner::accept);
        plan = planner.plan();
    }

    /** Replays, and compares what the guest sees. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public Verdict replay() {
        return new ReplaySession(
                        plan,
                        new ReferenceDriver(DriverSpec.GOOD),
                        ReplayOptions.DEFAULT,
                        new VirtualTimeline())
                .playback(0, Tap.OFF);
    }

    /** Guest, driver and modelled controller. */
    @Benchmark
    @OperationsPerInvocation(OPERATIONS)
    public GuestReport direct() {
        return Simulation.run(SPEC, e -> {});
    }
}
