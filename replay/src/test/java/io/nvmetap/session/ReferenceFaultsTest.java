package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.DirectTap;
import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.Verdict.Outcome;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestHabit;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The full chain of a real boot, and boots of modelled guests, into broken builds. */
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
        return replay(plan, driver, Tap.OFF, new VirtualTimeline());
    }

    private static Verdict replay(Plan plan, DriverSpec driver, Tap tap, VirtualTimeline time) {
        return new ReplaySession(plan, new ReferenceDriver(driver), ReplayOptions.DEFAULT, time)
                .playback(0, tap);
    }

    private static Divergence diverged(Plan plan, MediatorFault fault) {
        Verdict verdict = replay(plan, DriverSpec.parse("reference:fault=" + fault.id()));
        assertThat(verdict.outcome()).as(fault.id()).isEqualTo(Outcome.DIVERGED);
        return verdict.divergence().orElseThrow();
    }

    private static Plan simulated(SimulationSpec spec) {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        assertThat(Simulation.run(spec, planner::accept).finished()).as(spec.toString()).isTrue();
        return planner.plan();
    }

    @ParameterizedTest
    @CsvSource({
        "TORN_CQE_COPYBACK, 53, torn completion in CQ 0",
        "CQE_SQID_SQHD_NOT_TRANSLATED, 18, SQHD",
        "HOST_SQ_SLOT_OVERWRITE, 4533, the driver never gave it to the controller",
        "CQ_DOORBELL_DUPLICATE_OR_BACKWARD, 2664, the controller has it",
        "LOST_DEFERRED_DOORBELL, 53, the driver never gave it to the controller",
        "DUPLICATE_OR_LATE_COMPLETION, 3036, a second time",
        "LOST_IRQ_POLLED_RESCUE, 54, no interrupt came on vector 0",
        "NUMBER_OF_QUEUES_NEVER_SET, 28, Invalid Queue Identifier",
        "UNCLEAN_SHUTDOWN, 8292, CSTS",
        "REQUEST_LIST_CROSS_LINK, 3146, completed before the controller completed it",
        "INTERCEPT_COUNTER_RACE, 2981, CSTS & 0x1 did not become 0x0",
        "COMMAND_STALL, 53, the driver never gave it to the controller",
        "MDTS_EXCEEDED, 18, received MDTS is 0x00",
        "BOUNCE_IGNORES_PRP2, 3197, memory the guest did not give",
        "COMMAND_SET_SELECTION_UNSUPPORTED, 2995, CSTS & 0x1 did not become 0x1"
    })
    void shouldTellABrokenBuildByARealBoot(MediatorFault fault, long seq, String why) {
        Divergence where = diverged(fullChain, fault);
        assertThat(where.sentence()).contains(why);
        assertThat(where.seq()).isEqualTo(seq);
    }

    /**
     * What these do wrong needs something of the guest or the controller that is not in the boot.
     */
    @ParameterizedTest
    @EnumSource(
            value = MediatorFault.class,
            names = {
                "SQ_TAIL_OUT_OF_RANGE",
                "UNMASK_WITHOUT_RECHECK",
                "RESET_DURING_COMPLETION",
                "DBBUF_CONFIG_PASSED_THROUGH",
                "SQ_CQ_DOORBELL_PAIR_RACE",
                "MSIX_UNMASK_NOT_FLUSHED",
                "HOST_AND_GUEST_COMMANDS_MIXED",
                "AER_COUNTED_TOO_EARLY",
                "PAUSED_REQUEST_FREED_ON_RESET",
                "HOST_REQUEST_WAITS_FOR_EVER",
                "SIDE_STARVATION",
                "ANS2_CID_RULES",
                "ANS2_TAG_REUSED_TOO_SOON",
                "ANS2_SQE_128",
                "T2_CID_GENERATION_BITS",
                "APPLE_VENDOR_ADMIN_COMMANDS",
                "MEDIATOR_ADDED_LATENCY",
                "SQ_SLOT_SCRUBBED_ON_COMPLETION",
                "APPLE_BUFFER_REUSE_STALL",
                "PRP_LIST_NONZERO_OFFSET",
                "PRP_LIST_LAST_ENTRY"
            })
    void shouldNotAccuseABuildOfWhatTheBootDoesNotShow(MediatorFault fault) {
        Verdict verdict = replay(fullChain, DriverSpec.parse("reference:fault=" + fault.id()));
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
    }

    @ParameterizedTest
    @EnumSource(GuestKind.class)
    void shouldReplayASimulationTheSame(GuestKind kind) {
        Verdict verdict = replay(simulated(SimulationSpec.of(kind, 7, 300)), DriverSpec.GOOD);
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
    }

    @ParameterizedTest
    @EnumSource(GuestHabit.class)
    void shouldReplayAnUnusualGuestTheSame(GuestHabit habit) {
        SimulationSpec spec = SimulationSpec.of(GuestKind.LINUX, 7, 200).withGuestHabits(habit);
        Verdict verdict = replay(simulated(spec), DriverSpec.GOOD);
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
    }

    @Test
    void shouldTellABuildThatLosesInterruptsWhileMasked() {
        Plan plan = simulated(SimulationSpec.of(GuestKind.LINUX, 8, 600));
        assertThat(replay(plan, DriverSpec.GOOD).divergence()).isEmpty();
        assertThat(diverged(plan, MediatorFault.UNMASK_WITHOUT_RECHECK).sentence())
                .contains("the controller completed it and the driver did not pass it on");
    }

    @Test
    void shouldTellABuildThatDoesNotCheckTails() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 9, 300)
                        .withGuestFaults(GuestFault.SQ_TAIL_OUT_OF_RANGE);
        Plan plan = simulated(spec);
        assertThat(replay(plan, DriverSpec.GOOD).divergence()).isEmpty();
        assertThat(diverged(plan, MediatorFault.SQ_TAIL_OUT_OF_RANGE).sentence()).contains("SQHD");
    }

    @ParameterizedTest
    @EnumSource(GuestFault.class)
    void shouldReplayAFaultyGuestTheSame(GuestFault fault) {
        Plan plan = simulated(SimulationSpec.of(GuestKind.LINUX, 9, 300).withGuestFaults(fault));
        Verdict verdict = replay(plan, DriverSpec.GOOD);
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
    }

    @Test
    void shouldReplayAGuestThatReopensItsQueuesTheSame() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 9, 300)
                        .withGuestHabits(GuestHabit.REOPENS_QUEUES);
        Verdict verdict = replay(simulated(spec), DriverSpec.GOOD);
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
    }

    @Test
    void shouldRepeatItselfExactly() {
        assertThat(recorded()).isEqualTo(recorded());
    }

    private static List<String> recorded() {
        VirtualTimeline time = new VirtualTimeline();
        List<String> events = new ArrayList<>();
        DirectTap tap =
                new DirectTap(time, 1, 2, e -> events.add(e.seq + " " + e.timeNs + " " + e.kind));
        tap.start(ReplayHeader.of(fullChain, "reference", true));
        replay(fullChain, DriverSpec.GOOD, tap, time);
        assertThat(events).hasSizeGreaterThan(10_000);
        return events;
    }
}
