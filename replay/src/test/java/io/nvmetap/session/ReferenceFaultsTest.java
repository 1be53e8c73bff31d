package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorFault;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanLimits;
import io.nvmetap.plan.Planner;
import io.nvmetap.target.ReferenceDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The full chain of a real boot, and boots of modelled guests, into each broken build. */
class ReferenceFaultsTest {
    private static Plan fullChain;

    @BeforeAll
    static void readTheFullChain() throws IOException {
        fullChain =
                ImportedLogsTest.plan(
                        Path.of(
                                "../capture-agent/src/test/recordings",
                                "ovmf-2022.11-to-linux-6.1.log.gz"));
    }

    private static Verdict replay(Plan plan, DriverSpec driver) {
        return new ReplaySession(
                        plan,
                        new ReferenceDriver(driver),
                        ReplayOptions.DEFAULT,
                        new VirtualTimeline())
                .playback(0, Tap.OFF);
    }

    private static Plan simulated(SimulationSpec spec) {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        System.out.println(spec + " " + Simulation.run(spec, planner::accept));
        return planner.plan();
    }

    @ParameterizedTest
    @EnumSource(MediatorFault.class)
    void shouldTellABrokenBuild(MediatorFault fault) {
        Verdict verdict = replay(fullChain, new DriverSpec(Set.of(fault)));
        System.out.println(fault + " " + verdict.outcome() + " " + verdict.divergence());
    }

    @ParameterizedTest
    @EnumSource(GuestKind.class)
    void shouldReplayASimulationTheSame(GuestKind kind) {
        Plan plan = simulated(SimulationSpec.of(kind, 7, 300));
        Verdict verdict = replay(plan, DriverSpec.GOOD);
        System.out.println(verdict);
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SAME);
    }

    @ParameterizedTest
    @EnumSource(MediatorFault.class)
    void shouldTellABrokenBuildBySimulation(MediatorFault fault) {
        Plan plan = simulated(SimulationSpec.of(GuestKind.LINUX, 8, 600));
        Verdict verdict = replay(plan, new DriverSpec(Set.of(fault)));
        System.out.println("SIM " + fault + " " + verdict.outcome() + " " + verdict.divergence());
    }

    @Test
    void shouldTellABuildThatDoesNotCheckTails() {
        Plan plan =
                simulated(
                        SimulationSpec.of(GuestKind.LINUX, 9, 300)
                                .withGuestFaults(GuestFault.SQ_TAIL_OUT_OF_RANGE));
        System.out.println("T " + replay(plan, DriverSpec.GOOD));
        System.out.println(
                "T " + replay(plan, DriverSpec.parse("reference:fault=sq-tail-out-of-range")));
    }

    @Test
    void shouldTellReset() {
        Plan plan =
                simulated(
                        SimulationSpec.of(GuestKind.LINUX, 9, 300)
                                .withGuestFaults(GuestFault.UNCLEAN_SHUTDOWN));
        System.out.println("R " + replay(plan, DriverSpec.GOOD));
        System.out.println(
                "R " + replay(plan, DriverSpec.parse("reference:fault=reset-during-completion")));
    }

    @Test
    void shouldTellMdts() {
        Plan plan =
                simulated(
                        SimulationSpec.of(GuestKind.LINUX, 9, 300)
                                .withGuestFaults(GuestFault.MDTS_EXCEEDED));
        System.out.println("M " + replay(plan, DriverSpec.GOOD));
        System.out.println("M " + replay(plan, DriverSpec.parse("reference:fault=mdts-exceeded")));
    }
}
