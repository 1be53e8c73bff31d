package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.Controller;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Side;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.Mediator;
import io.nvmetap.plan.Adaptation;
import io.nvmetap.plan.Plan;
import io.nvmetap.target.Driver;
import io.nvmetap.target.ReferenceDriver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A recording that began in the middle of a boot replays from its first snapshot. */
class LateStartTest {
    private static final long SEED = 5;
    private static final int OPERATIONS = 150;
    private static final int MOMENTS = 40;
    private static final LiveState LIVE =
            new LiveState(
                    true, 0x460001, 1, 0x0007_0007, 0x1000, 0x2000, List.of(), List.of(), false);

    static Plan plan(String recording, int skipped) throws IOException {
        List<CapturedEvent> whole = BootRecordings.events(BootRecordings.kept(recording));
        return VendorRecording.plan(LateStart.cut(whole, skipped));
    }

    @ParameterizedTest
    @CsvSource({"chain, 0, 200", "chain, 1, 30", "rebind, 0, 4", "take-over, 0, 10"})
    void shouldReplayTheSameFromASnapshot(String recording, int skipped, int commandsMin)
            throws IOException {
        Plan plan = plan(recording, skipped);
        assertThat(plan.unknown()).isEmpty();
        Verdict verdict = BootRecordings.replay(plan, DriverSpec.GOOD);
        assertThat(verdict.divergence()).isEmpty();
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.SAME);
        assertThat(verdict.commandsCompared()).isGreaterThan(commandsMin);
    }

    /** Snapshots in the middle of work, with commands in flight. */
    @ParameterizedTest
    @EnumSource(GuestKind.class)
    void shouldReplayTheSameFromAnyMoment(GuestKind guest) {
        SimulationSpec spec = SimulationSpec.of(guest, SEED, OPERATIONS);
        long lastNs =
                Simulation.run(spec).stream()
                        .filter(e -> e.kind == EventKind.COMMAND_FETCHED)
                        .mapToLong(e -> e.timeNs)
                        .max()
                        .orElse(0);
        int cuts = 0;
        for (int moment = 1; moment < MOMENTS; moment++) {
            long atNs = lastNs * moment / MOMENTS;
            Plan plan = VendorRecording.plan(LateStart.cut(snapshotAt(spec, atNs), 0));
            boolean queueUnderWay =
                    plan.unknown().filter(u -> u.reason().contains("from before")).isPresent();
            if (plan.commands() == 0 || queueUnderWay) {
                continue;
            }
            cuts++;
            String where = guest + " at " + atNs;
            Verdict verdict = BootRecordings.replay(plan, DriverSpec.GOOD);
            assertThat(verdict.divergence()).as(where).isEmpty();
            assertThat(verdict.outcome()).as(where).isEqualTo(Verdict.Outcome.SAME);
        }
        assertThat(cuts).as("moments tried").isGreaterThan(10);
    }

    private static List<CapturedEvent> snapshotAt(SimulationSpec spec, long atNs) {
        Driver watched =
                new Driver() {
                    @Override
                    public String name() {
                        return "reference";
                    }

                    @Override
                    public Controller build(Controller device, Timeline timeline, Tap tap) {
                        Mediator driver =
                                (Mediator)
                                        new ReferenceDriver(DriverSpec.GOOD)
                                                .build(device, timeline, tap);
                        timeline.after(atNs, () -> snapshot(driver, tap));
                        return driver;
                    }
                };
        List<CapturedEvent> events = new ArrayList<>();
        Simulation.run(spec, watched, e -> events.add(e.copy()));
        return events;
    }

    private static void snapshot(Mediator driver, Tap tap) {
        tap.emit(tap.event().asStateSnapshot(Side.GUEST, driver.liveState()), -1);
    }

    /** A queue that was being created when the recording began: what is in it cannot be known. */
    @Test
    void shouldSayWhereASnapshotIsNotEnough() {
        Recording recording = new Recording(LIVE, "");
        recording.doorbell(DoorbellKind.SQ_TAIL, 1, 1);
        recording.fetch(1, Recording.readCommand(4, 8), 4096);
        assertThat(recording.plan().unknown().orElseThrow().reason())
                .isEqualTo("queue 1 was created by a command from before the recording");
    }

    @Test
    void shouldSetUpTheQueuesOfTheSnapshot() throws IOException {
        assertThat(plan("chain", 1).adaptations()).containsKey(Adaptation.STATE_RESTORED);
    }

    @Test
    void shouldTellABrokenBuildFromASnapshotOn() throws IOException {
        DriverSpec broken = DriverSpec.parse("reference:fault=cqe-sqid-sqhd-not-translated");
        assertThat(BootRecordings.replay(plan("chain", 1), broken).divergence()).isPresent();
    }
}
