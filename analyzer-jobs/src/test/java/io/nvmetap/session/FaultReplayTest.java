package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.Verdict.Outcome;
import io.nvmetap.compare.VerdictText;
import io.nvmetap.compare.Violation;
import io.nvmetap.corpus.PlantedFault;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.guest.GuestFault;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorConfig;
import io.nvmetap.mediator.MediatorFault;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanFile;
import io.nvmetap.trace.TraceWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every fault of the reference driver against a healthy recording that exercises it: the replay
 * diverges, or the rule that is for it says so. A recording is one of a real boot, or that of the
 * healthy twin of the run in which the fault is planted.
 */
class FaultReplayTest {
    private static final Path BOOTS = Path.of("../capture-agent/src/test/recordings/boots");

    /** Found on a real boot, or only there. */
    private static final Map<MediatorFault, String> BOOT = new EnumMap<>(MediatorFault.class);

    /** What a replay cannot exercise, and why; it is SAME as long as it cannot. */
    private static final Map<MediatorFault, String> OUT_OF_REACH =
            new EnumMap<>(MediatorFault.class);

    /** Comes out when the replay is perturbed only: PerturbTest. */
    private static final Set<MediatorFault> RACES = Set.of(MediatorFault.SQ_CQ_DOORBELL_PAIR_RACE);

    static {
        BOOT.put(MediatorFault.NUMBER_OF_QUEUES_NEVER_SET, "chain");
        BOOT.put(MediatorFault.UNCLEAN_SHUTDOWN, "chain");
        BOOT.put(MediatorFault.RESET_DURING_COMPLETION, "chain");
        BOOT.put(MediatorFault.APPLE_UNACKED_CQE_STALL, "chain");
        BOOT.put(MediatorFault.APPLE_BUFFER_REUSE_STALL, "linux-apple-ans2");
        String played = "the played controller answers the driver's own commands at once";
        OUT_OF_REACH.put(MediatorFault.HOST_REQUEST_WAITS_FOR_EVER, played);
        OUT_OF_REACH.put(MediatorFault.SIDE_STARVATION, played);
        OUT_OF_REACH.put(MediatorFault.SLOW_HIDDEN_INIT, played);
        OUT_OF_REACH.put(
                MediatorFault.SHADOW_DOORBELL_SURVIVES_RESET,
                "shadow doorbells are rung as doorbell writes");
        OUT_OF_REACH.put(
                MediatorFault.TAKEOVER_FROM_RUNNING_CONTROLLER,
                "a replay starts driver and controller together");
        String healthy = "only a controller with that quirk stops; the played one has none";
        OUT_OF_REACH.put(MediatorFault.ANS2_INTMS_KEEPALIVE, healthy);
        OUT_OF_REACH.put(MediatorFault.APPLE_BUFFER_REUSE_STALL, healthy);
        OUT_OF_REACH.put(
                MediatorFault.LATE_CQE_FOR_DISABLED_QUEUE,
                "the played controller completes nothing of a queue that is gone");
    }

    @TempDir private Path folder;

    /** A healthy recording, and the settings of the driver that it was made with. */
    private record Exercise(Path trace, UnaryOperator<MediatorConfig.Builder> tuning) {}

    private Exercise exercise(MediatorFault fault) throws IOException {
        if (BOOT.containsKey(fault)) {
            return new Exercise(BOOTS.resolve(BOOT.get(fault) + ".avro"), UnaryOperator.identity());
        }
        if (fault == MediatorFault.SQ_TAIL_OUT_OF_RANGE) {
            // Needs a guest that rings such a tail; the good driver refuses it.
            return simulated(
                    SimulationSpec.of(GuestKind.LINUX, 9, 300)
                            .withGuestFaults(GuestFault.SQ_TAIL_OUT_OF_RANGE));
        }
        PlantedFault planted =
                PlantedFaults.all().stream()
                        .filter(p -> p.faulted().driver().faults().contains(fault))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(fault + " is planted nowhere"));
        return simulated(planted.healthy(PlantedFaults.SEED));
    }

    private Exercise simulated(SimulationSpec healthy) throws IOException {
        Path trace = folder.resolve("healthy.avro");
        try (TraceWriter writer = TraceWriter.open(trace)) {
            Simulation.run(healthy, e -> append(writer, e));
        }
        return new Exercise(trace, healthy.tuning());
    }

    private static void append(TraceWriter writer, CapturedEvent e) {
        try {
            writer.append(e);
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private static Verdict replay(Exercise exercise, DriverSpec driver) throws IOException {
        Plan plan = PlanFile.read(exercise.trace).plan();
        Build build = new ReferenceBuild(driver, exercise.tuning);
        Conditions under =
                new Conditions(ReplayOptions.DEFAULT, Optional.empty(), Optional.empty());
        return new JudgedReplay(exercise.trace, build, true).run(plan, under);
    }

    @ParameterizedTest
    @EnumSource(MediatorFault.class)
    void shouldTellABuildWithTheFaultFromTheGoodOne(MediatorFault fault) throws IOException {
        Exercise exercise = exercise(fault);
        Verdict good = replay(exercise, DriverSpec.GOOD);
        assertThat(good.outcome()).as(VerdictText.line(good)).isEqualTo(Outcome.SAME);
        Verdict bad = replay(exercise, new DriverSpec(Set.of(fault)));
        boolean reached = !OUT_OF_REACH.containsKey(fault) && !RACES.contains(fault);
        assertThat(bad.outcome().bad()).as(VerdictText.line(bad)).isEqualTo(reached);
        if (bad.outcome() == Outcome.VIOLATED) {
            assertThat(bad.rules().violations()).extracting(Violation::rule).contains(fault.id());
            assertThat(bad.rules().violations()).allMatch(v -> v.seq() >= 0);
        }
        if (fault.guestVisible() && reached) {
            assertThat(bad.outcome()).isEqualTo(Outcome.DIVERGED);
        }
    }
}
