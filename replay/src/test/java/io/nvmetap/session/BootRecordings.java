package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import io.nvmetap.capture.Tap;
import io.nvmetap.compare.Verdict;
import io.nvmetap.device.VirtualTimeline;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorConfig;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.PlanLimits;
import io.nvmetap.plan.Planner;
import io.nvmetap.target.ReferenceDriver;
import io.nvmetap.trace.TraceReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Boots that were recorded by the reference driver itself: kept ones, and this build's. */
final class BootRecordings {
    private static final Path KEPT = Path.of("../capture-agent/src/test/recordings/boots");
    private static final Path FRESH = Path.of("../capture-agent/target/boots");

    private BootRecordings() {}

    static List<Path> kept() {
        return in(KEPT);
    }

    /** This build's; without them the test is skipped, and fails where CI=true. */
    static List<Path> fresh() {
        List<Path> found = Files.isDirectory(FRESH) ? in(FRESH) : List.of();
        if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
            fail("capture-agent's BootITCase left no recording in " + FRESH);
        }
        return found.isEmpty() ? abort("no boot was recorded in this build") : found;
    }

    private static List<Path> in(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".avro")).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path kept(String name) {
        return KEPT.resolve(name + ".avro");
    }

    static List<CapturedEvent> events(Path trace) throws IOException {
        List<CapturedEvent> events = new ArrayList<>();
        try (TraceReader reader = TraceReader.open(trace)) {
            CapturedEvent e = new CapturedEvent();
            while (reader.next(e)) {
                events.add(e.copy());
            }
        }
        return events;
    }

    static Plan plan(Path trace) throws IOException {
        Planner planner = new Planner(0, PlanLimits.DEFAULT);
        try (TraceReader reader = TraceReader.open(trace)) {
            CapturedEvent e = new CapturedEvent();
            while (reader.next(e)) {
                planner.accept(e);
            }
        }
        return planner.plan();
    }

    static Verdict replay(Plan plan, DriverSpec driver) {
        return replay(plan, driver, ReplayOptions.DEFAULT);
    }

    static Verdict replay(Plan plan, DriverSpec driver, ReplayOptions options) {
        MediatorConfig config = driver.config().profile(ReferenceBuild.profile(plan)).build();
        return new ReplaySession(
                        plan, new ReferenceDriver(driver, config), options, new VirtualTimeline())
                .playback(0, Tap.OFF);
    }

    static void assertSame(Path trace) throws IOException {
        Verdict verdict = replay(plan(trace), DriverSpec.GOOD);
        assertThat(verdict.divergence()).as(trace.toString()).isEmpty();
        assertThat(verdict.outcome()).as(trace.toString()).isEqualTo(Verdict.Outcome.SAME);
    }
}
