package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.importer.QemuLogImporter;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanLimits;
import io.nvmetap.plan.Planner;
import io.nvmetap.target.ReferenceDriver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The recordings of real boots, with no driver between: the replay must agree with itself. */
class ImportedLogsTest {
    private static final Path FOLDER = Path.of("../capture-agent/src/test/recordings");

    static Path log(String name) {
        return FOLDER.resolve(name + ".log.gz");
    }

    static List<Path> logs() {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.filter(f -> f.toString().endsWith(".log.gz")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Plan plan(Path log) throws IOException {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        QemuLogImporter.run(log, "", planner::accept);
        return planner.plan();
    }

    @ParameterizedTest
    @MethodSource("logs")
    void shouldReplayTheSameWithNoDriverBetween(Path log) throws IOException {
        Plan plan = plan(log);
        Verdict verdict =
                new ReplaySession(
                                plan,
                                FakeDriver.passing(),
                                ReplayOptions.DEFAULT,
                                new VirtualTimeline())
                        .playback(0, Tap.OFF);
        boolean mixed = log.toString().contains("two-controllers");
        assertThat(verdict.outcome())
                .isEqualTo(mixed ? Verdict.Outcome.UNKNOWN : Verdict.Outcome.SAME);
    }

    @ParameterizedTest
    @MethodSource("logs")
    void shouldReplayTheSameIntoTheReferenceDriver(Path log) throws IOException {
        Verdict verdict =
                new ReplaySession(
                                plan(log),
                                new ReferenceDriver(DriverSpec.GOOD),
                                ReplayOptions.DEFAULT,
                                new VirtualTimeline())
                        .playback(0, Tap.OFF);
        boolean mixed = log.toString().contains("two-controllers");
        assertThat(verdict.outcome())
                .isEqualTo(mixed ? Verdict.Outcome.UNKNOWN : Verdict.Outcome.SAME);
    }
}
