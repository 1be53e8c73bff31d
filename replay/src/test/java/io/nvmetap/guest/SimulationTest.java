package io.nvmetap.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.target.Driver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {
    /** No driver between. */
    private static final Driver NONE =
            new Driver() {
                @Override
                public String name() {
                    return "none";
                }

                @Override
                public Controller build(Controller device, Timeline timeline, Tap tap) {
                    return device;
                }
            };

    @ParameterizedTest
    @EnumSource(GuestKind.class)
    void shouldFinishOnTheModelledControllerItself(GuestKind kind) {
        SimulationSpec spec = SimulationSpec.of(kind, 1, 200);
        GuestReport report = Simulation.run(spec, NONE, e -> {});
        assertThat(report.story()).isEmpty();
        assertThat(report.healthy()).as(report.toString()).isTrue();
        assertThat(report.verifiedBlocks()).isPositive();
    }

    @ParameterizedTest
    @EnumSource(GuestHabit.class)
    void shouldFinishWithEveryHabit(GuestHabit habit) {
        for (String profile : ControllerProfile.names()) {
            SimulationSpec spec =
                    SimulationSpec.of(GuestKind.LINUX, 1, 120)
                            .withProfile(ControllerProfile.byName(profile))
                            .withCpus(profile.startsWith("apple") ? 1 : 2)
                            .withGuestHabits(habit);
            // Apple's want a driver that knows their quirks.
            if (!profile.startsWith("apple")) {
                GuestReport direct = Simulation.run(spec, NONE, e -> {});
                assertThat(direct.healthy()).as(profile + " " + direct).isTrue();
            }
            GuestReport mediated = Simulation.run(spec, e -> {});
            assertThat(mediated.healthy()).as(profile + " " + mediated).isTrue();
            assertThat(mediated.rescued()).as(profile).isZero();
        }
    }

    @Test
    void shouldResetByWatchdogWithoutAnAbort() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.WINDOWS, 6, 400)
                        .withControllerFaults(ControllerFault.COMMAND_STALL);
        List<CapturedEvent> events = new ArrayList<>();
        GuestReport report = Simulation.run(spec, e -> events.add(e.copy()));
        assertThat(report.finished()).as(report.toString()).isTrue();
        assertThat(report.resets()).isPositive();
        assertThat(events)
                .noneMatch(
                        e ->
                                e.kind == EventKind.COMMAND_FETCHED
                                        && e.qid == 0
                                        && Sqe.opcode(e.entry, 0) == Opcodes.ADMIN_ABORT);
    }

    @Test
    void shouldNotTakeACompletionWithoutItsSqidAndSqhd() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.WINDOWS, 7, 400)
                        .withTuning(b -> b.ownLoad(20_000, 4, 256))
                        .withDriver(
                                DriverSpec.parse("reference:fault=cqe-sqid-sqhd-not-translated"));
        GuestReport report = Simulation.run(spec, e -> {});
        assertThat(report.healthy()).as(report.toString()).isFalse();
    }

    @Test
    void shouldSurviveATailOutOfRange() {
        SimulationSpec spec = SimulationSpec.of(GuestKind.LINUX, 2, 200);
        GuestReport report =
                Simulation.run(
                        spec.withGuestFaults(GuestFault.SQ_TAIL_OUT_OF_RANGE), NONE, e -> {});
        assertThat(report.healthy()).as(report.toString()).isTrue();
    }

    @Test
    void shouldHaveATransferBeyondMdtsRefused() {
        SimulationSpec spec = SimulationSpec.of(GuestKind.LINUX, 3, 200);
        GuestReport report =
                Simulation.run(spec.withGuestFaults(GuestFault.MDTS_EXCEEDED), NONE, e -> {});
        assertThat(report.healthy()).as(report.toString()).isTrue();
    }

    @Test
    void shouldRunAsOneAfterAnother() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.EDK2, 4, 60)
                        .withGuests(GuestKind.EDK2, GuestKind.LINUX);
        GuestReport report = Simulation.run(spec, NONE, e -> {});
        assertThat(report.healthy()).as(report.toString()).isTrue();
    }

    @Test
    void shouldRescueACommandWhoseInterruptWasLost() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 5, 400)
                        .withControllerFaults(ControllerFault.LOST_IRQ_POLLED_RESCUE);
        GuestReport report = Simulation.run(spec, NONE, e -> {});
        assertThat(report.finished()).as(report.toString()).isTrue();
        assertThat(report.wrongBlocks()).isZero();
    }

    @Test
    void shouldResetAControllerThatForgetsACommand() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 6, 400)
                        .withControllerFaults(ControllerFault.COMMAND_STALL);
        GuestReport report = Simulation.run(spec, NONE, e -> {});
        assertThat(report.finished()).as(report.toString()).isTrue();
        assertThat(report.timeouts()).isPositive();
    }

    @Test
    void shouldNameWhatThereIs() {
        assertThatThrownBy(() -> GuestKind.byId("mac"))
                .hasMessage("unknown guest 'mac'; known: edk2, seabios, uboot, linux, windows");
        assertThat(GuestFault.byId("buffer-reuse")).isEqualTo(GuestFault.BUFFER_REUSE);
    }
}
