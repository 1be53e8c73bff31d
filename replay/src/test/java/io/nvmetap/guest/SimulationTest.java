package io.nvmetap.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.target.Driver;
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
                .hasMessage("unknown guest 'mac'; known: edk2, seabios, uboot, apple, linux");
        assertThat(GuestFault.byId("buffer-reuse")).isEqualTo(GuestFault.BUFFER_REUSE);
    }
}
