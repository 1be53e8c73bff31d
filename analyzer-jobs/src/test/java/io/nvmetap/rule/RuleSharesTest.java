package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.corpus.HealthyRuns;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.finding.Finding;
import io.nvmetap.finding.SessionSummary;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.importer.QemuLogImporter;
import io.nvmetap.testkit.Recordings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However the rules of a controller are divided, they say the same. */
class RuleSharesTest {
    private static final List<Integer> SHARES = List.of(2, RuleShares.SHARES_MAX);

    /** Events from somewhere. */
    record Source(String name, Consumer<Consumer<CapturedEvent>> events) {
        static Source of(String name, SimulationSpec spec) {
            return new Source(name, sink -> Simulation.run(spec, sink));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Source> sources() throws IOException {
        Stream<Source> planted =
                PlantedFaults.all().stream().map(p -> Source.of(p.toString(), p.faulted()));
        Stream<Source> healthy = HealthyRuns.all().stream().map(r -> Source.of(r.name(), r.spec()));
        return Stream.of(planted, healthy, recordings()).flatMap(s -> s);
    }

    private static Stream<Source> recordings() throws IOException {
        try (Stream<Path> logs = Files.list(Recordings.folder())) {
            return logs
                    .filter(p -> p.getFileName().toString().endsWith(".log.gz"))
                    .sorted()
                    .toList()
                    .stream()
                    .map(p -> new Source(p.getFileName().toString(), sink -> imported(p, sink)));
        }
    }

    private static void imported(Path log, Consumer<CapturedEvent> sink) {
        try {
            QemuLogImporter.run(log, "", sink);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** What some analyzers say of the same events. */
    private static final class Panel implements Consumer<CapturedEvent> {
        final List<Analyzer> analyzers;
        final Set<Finding> findings = new HashSet<>();
        final List<SessionSummary> summaries = new ArrayList<>();
        int said;

        Panel(List<Analyzer> analyzers) {
            this.analyzers = analyzers;
        }

        static Panel of(int shares) {
            return new Panel(
                    IntStream.range(0, shares)
                            .mapToObj(
                                    i ->
                                            RuleShares.analyzer(
                                                    List.of(), RuleSettings.DEFAULTS, i, shares))
                            .toList());
        }

        @Override
        public void accept(CapturedEvent e) {
            analyzers.forEach(a -> a.accept(e, this::take, summaries::add));
        }

        private void take(Finding f) {
            findings.add(f);
            said++;
        }

        void end() {
            analyzers.forEach(a -> a.end(this::take, summaries::add));
        }
    }

    @ParameterizedTest
    @MethodSource("sources")
    void shouldSayTheSameInOneShareAndInMany(Source source) {
        Panel one = new Panel(List.of(new Analyzer(RuleSet.all(), RuleSettings.DEFAULTS)));
        List<Panel> divided = SHARES.stream().map(Panel::of).toList();
        source.events.accept(
                e -> {
                    one.accept(e);
                    divided.forEach(p -> p.accept(e));
                });
        one.end();
        for (Panel many : divided) {
            many.end();
            assertThat(many.findings).isEqualTo(one.findings);
            assertThat(many.said).isEqualTo(one.said);
            assertThat(RuleShares.merged(many.summaries)).isEqualTo(one.summaries.get(0));
        }
    }

    @Test
    void shouldGiveEachRuleToOneShareAndEachShareItsPart() {
        for (int shares = 1; shares <= RuleShares.SHARES_MAX; shares++) {
            List<List<Rule>> divided = RuleShares.divide(RuleSet.all(), shares);
            assertThat(divided).hasSize(shares).noneMatch(List::isEmpty);
            assertThat(divided.stream().flatMap(List::stream).map(r -> r.info().id()))
                    .doesNotHaveDuplicates()
                    .hasSameSizeAs(RuleSet.all());
        }
    }

    @Test
    void shouldSpareTheLeadWhichDoesMoreThanJudge() {
        for (int shares = 2; shares <= RuleShares.SHARES_MAX; shares++) {
            List<Integer> sizes =
                    RuleShares.divide(RuleSet.all(), shares).stream().map(List::size).toList();
            List<Integer> others = sizes.subList(1, shares);
            assertThat(Collections.max(others) - Collections.min(others)).isLessThanOrEqualTo(1);
            if (shares == 2) {
                assertThat(sizes.get(RuleShares.LEAD)).isLessThan(others.get(0));
            }
        }
    }

    @Test
    void shouldJudgeByOneRuleAmongMoreSharesThanRules() {
        List<String> only = List.of("number-of-queues-never-set");
        assertThat(RuleShares.divide(RuleSet.only(only), 3)).anyMatch(List::isEmpty);
    }
}
