package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.corpus.PlantedFault;
import io.nvmetap.corpus.PlantedFaults;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Finding;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.history.History;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a rule says it reads, and how long it rests, changes nothing of what it finds. */
class RosterTest {
    private static final long SEED = PlantedFaults.SEED;

    /** A rule that is asked about everything, whatever it says it reads. */
    private static final class Asked extends Rule implements Timed {
        private static final long serialVersionUID = 1L;

        private final Rule rule;

        Asked(Rule rule) {
            super(rule.info());
            this.rule = rule;
        }

        @Override
        public String blind(History h) {
            return rule.blind(h);
        }

        @Override
        public boolean aboutSilence() {
            return rule.aboutSilence();
        }

        @Override
        public boolean maySilenceController() {
            return rule.maySilenceController();
        }

        @Override
        public void step(History h, CapturedEvent e, Judge judge) {
            rule.step(h, e, judge);
        }

        @Override
        public long time(History h, Judge judge) {
            if (rule instanceof Timed timed) {
                timed.time(h, judge);
            }
            return ALWAYS;
        }
    }

    static List<PlantedFault> planted() {
        return PlantedFaults.all();
    }

    private static List<Finding> findings(SimulationSpec spec, List<Rule> rules, boolean gaps) {
        List<Finding> all = new ArrayList<>();
        Analyzer analyzer = new Analyzer(rules, RuleSettings.DEFAULTS);
        Random random = new Random(SEED);
        Simulation.run(
                spec,
                e -> {
                    // The same events are missing for both.
                    if (!gaps || e.seq == 0 || random.nextInt(200) > 0) {
                        analyzer.accept(e, all::add, s -> {});
                    }
                });
        return all;
    }

    private static List<Rule> asked() {
        return RuleSet.all().stream().map(r -> (Rule) new Asked(r)).toList();
    }

    @ParameterizedTest
    @MethodSource("planted")
    void shouldFindWhatRulesFindThatAreAskedAboutEverything(PlantedFault fault) {
        SimulationSpec spec = fault.faulted().withSeed(SEED);
        assertThat(findings(spec, RuleSet.all(), false)).isEqualTo(findings(spec, asked(), false));
    }

    @ParameterizedTest
    @MethodSource("planted")
    void shouldFindTheSameAcrossGaps(PlantedFault fault) {
        SimulationSpec spec = fault.faulted().withSeed(SEED);
        assertThat(findings(spec, RuleSet.all(), true)).isEqualTo(findings(spec, asked(), true));
    }

    @Test
    void shouldReadBusyKindsOnly() {
        for (Rule rule : RuleSet.all()) {
            Set<EventKind> reads = rule.reads();
            assertThat(Rule.BUSY).as(rule.info().id()).containsAll(reads);
        }
    }
}
