package io.nvmetap.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.Quirk;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.target.Driver;
import java.util.EnumSet;
import java.util.Set;
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

    private static SimulationSpec mac(Quirk quirk) {
        ControllerProfile ans2 = ControllerProfile.byName("apple-ans2");
        Set<Quirk> quirks = EnumSet.copyOf(ans2.quirks());
        quirks.add(quirk);
        return SimulationSpec.of(GuestKind.APPLE, 7, 150).withProfile(ans2.withQuirks(quirks));
    }

    @ParameterizedTest
    @EnumSource(
            value = Quirk.class,
            names = {"SET_TIME_FIRST", "TAGS_HELD"})
    void shouldDriveAControllerThatInsistsAsApplesDo(Quirk quirk) {
        GuestReport report = Simulation.run(mac(quirk), NONE, e -> {});
        assertThat(report.healthy()).as(report.toString()).isTrue();
        report = Simulation.run(mac(quirk).withGuestHabits(GuestHabit.LONG_ENTRY_JUNK), e -> {});
        assertThat(report.healthy()).as(report.toString()).isTrue();
    }

    @Test
    void shouldNotBootAMacWhoseOwnCommandsAreRefused() {
        SimulationSpec spec =
                mac(Quirk.SET_TIME_FIRST)
                        .withDriver(
                                DriverSpec.parse("reference:fault=apple-vendor-admin-commands"));
        assertThat(Simulation.run(spec, e -> {}).story()).contains("boot loader");
    }

    @Test
    void shouldResetAControllerThatFallsOverAtAFlush() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 7, 40)
                        .withCpus(1)
                        .withProfile(ControllerProfile.byName("apple"))
                        .withControllerFaults(ControllerFault.APPLE2001_FLUSH_WITH_DEPTH);
        GuestReport report = Simulation.run(spec, NONE, e -> {});
        assertThat(report.resets()).isPositive();
        assertThat(report.wrongBlocks()).isZero();
    }

    @Test
    void shouldNameWhatThereIs() {
        assertThatThrownBy(() -> GuestKind.byId("mac"))
                .hasMessage("unknown guest 'mac'; known: edk2, seabios, uboot, apple, linux");
        assertThat(GuestFault.byId("buffer-reuse")).isEqualTo(GuestFault.BUFFER_REUSE);
    }
}
