package io.nvmetap.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.device.model.Quirk;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.target.Driver;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    void shouldNotKeepTheGuestWaitingWhereTheDriverLooksNowAndThen() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 5, 400)
                        .withTuning(b -> b.safetyLookNs(100_000_000))
                        .withControllerFaults(ControllerFault.LOST_IRQ_POLLED_RESCUE);
        GuestReport report = Simulation.run(spec, e -> {});
        assertThat(report.healthy()).as(report.toString()).isTrue();
        assertThat(report.timeouts()).isZero();
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

    /** Unusual guests, with nothing between and with the reference driver in its two ways. */
    @ParameterizedTest
    @EnumSource(
            value = GuestHabit.class,
            names = {
                "LIST_OFFSETS",
                "SCATTERED_BUFFERS",
                "LARGE_TRANSFERS",
                "UNALIGNED_TRANSFERS",
                "CURIOUS_IDENTIFY"
            })
    void shouldLiveWithWhatIsUnusualAndAllowed(GuestHabit habit) {
        SimulationSpec spec = pointers(100, habit);
        List<GuestReport> reports =
                List.of(
                        Simulation.run(spec, NONE, e -> {}),
                        Simulation.run(spec, e -> {}),
                        Simulation.run(spec.withTuning(b -> b.ownLists(true)), e -> {}));
        assertThat(reports).allMatch(GuestReport::healthy);
        assertThat(reports).allMatch(r -> r.verifiedBlocks() > 0 && r.timeouts() == 0);
    }

    @ParameterizedTest
    @CsvSource({
        "prp-list-nonzero-offset, LIST_OFFSETS, 100",
        "prp-list-last-entry, LIST_OFFSETS, 100",
        "prp-list-last-entry, LARGE_TRANSFERS, 300"
    })
    void shouldCorruptDataWhereTheDriverFollowsListsWrongly(
            String fault, GuestHabit habit, int operations) {
        SimulationSpec spec = pointers(operations, habit, GuestHabit.SCATTERED_BUFFERS);
        GuestReport report =
                Simulation.run(
                        spec.withDriver(DriverSpec.parse("reference:fault=" + fault)), e -> {});
        assertThat(report.wrongBlocks()).as(report.toString()).isPositive();
        assertThat(Simulation.run(spec, e -> {}).healthy()).isTrue();
    }

    @Test
    void shouldShowTheGuestHalfAnIdentifyPageWhereTheDriverForgetsPrp2() {
        SimulationSpec spec = pointers(100, GuestHabit.SCATTERED_BUFFERS);
        GuestReport report =
                Simulation.run(
                        spec.withDriver(DriverSpec.parse("reference:fault=bounce-ignores-prp2")),
                        e -> {});
        assertThat(report.errors()).as(report.toString()).isPositive();
    }

    private static SimulationSpec pointers(int operations, GuestHabit... habits) {
        return SimulationSpec.of(GuestKind.LINUX, 7, operations)
                .withProfile(ControllerProfile.byName("samsung").withMdts(10))
                .withTuning(b -> b.mdtsMax(10))
                .withGuestHabits(habits);
    }

    @Test
    void shouldShareACompletionQueue() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 7, 300)
                        .withCpus(3)
                        .withGuestHabits(GuestHabit.SHARED_CQ);
        assertThat(Simulation.run(spec, NONE, e -> {}).healthy()).isTrue();
        GuestReport report = Simulation.run(spec, e -> {});
        assertThat(report.healthy()).as(report.toString()).isTrue();
        assertThat(report.verifiedBlocks()).isPositive();
    }

    @Test
    void shouldServeDoorbellBuffersWhereTheDriverDoes() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 7, 300)
                        .withTuning(b -> b.serveDoorbellBuffers(true));
        long[] cells = {0, 0};
        GuestReport report =
                Simulation.run(
                        spec,
                        e -> {
                            boolean cell = e.kind == EventKind.SHADOW_DOORBELL;
                            cells[0] += cell && e.cell == ShadowCell.DOORBELL ? 1 : 0;
                            cells[1] += cell && e.cell == ShadowCell.EVENT_IDX ? 1 : 0;
                        });
        assertThat(report.healthy()).as(report.toString()).isTrue();
        assertThat(cells[0]).isGreaterThan(200);
        assertThat(cells[1]).isGreaterThan(200);
    }

    @Test
    void shouldTakeOverAControllerThatFirmwareLeftOn() {
        SimulationSpec spec = SimulationSpec.of(GuestKind.LINUX, 7, 200).withTakeOver();
        List<EventKind> kinds = new ArrayList<>();
        GuestReport report = Simulation.run(spec, e -> kinds.add(e.kind));
        assertThat(report.healthy()).as(report.toString()).isTrue();
        assertThat(kinds).contains(EventKind.TAKE_OVER);
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
                .hasMessage(
                        "unknown guest 'mac'; known: edk2, seabios, uboot, apple, linux,"
                                + " windows");
        assertThat(GuestFault.byId("buffer-reuse")).isEqualTo(GuestFault.BUFFER_REUSE);
    }
}
