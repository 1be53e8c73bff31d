package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.compare.Verdict;
import io.nvmetap.compare.Verdict.Outcome;
import io.nvmetap.compare.VerdictText;
import io.nvmetap.compare.Violation;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.mediator.MediatorFault;
import io.nvmetap.plan.PlanFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Replays of real boots with the rules on top. */
class ReplayRulesTest {
    private static final Path BOOTS = Path.of("../capture-agent/src/test/recordings/boots");
    private static final int SEEDS = 60;
    private static final int SEEDS_OF_THE_GOOD = 15;

    @TempDir private Path folder;

    static List<Path> boots() throws IOException {
        try (Stream<Path> files = Files.list(BOOTS)) {
            return files.filter(f -> f.toString().endsWith(".avro")).sorted().toList();
        }
    }

    private static Path boot(String name) {
        return BOOTS.resolve(name + ".avro");
    }

    private static Verdict replay(Path trace, String driver, ReplayOptions options)
            throws IOException {
        return replay(trace, driver, new Conditions(options, Optional.empty(), Optional.empty()));
    }

    private static Verdict replay(Path trace, String driver, Conditions under) throws IOException {
        Build build = new ReferenceBuild(DriverSpec.parse(driver));
        return new JudgedReplay(trace, build, true).run(PlanFile.read(trace).plan(), under);
    }

    private static Verdict replay(String boot, String driver) throws IOException {
        return replay(boot(boot), driver, ReplayOptions.DEFAULT);
    }

    @ParameterizedTest
    @MethodSource("boots")
    void shouldAccuseTheGoodDriverOfNothing(Path trace) throws IOException {
        Verdict verdict = replay(trace, "reference", ReplayOptions.DEFAULT);
        assertThat(verdict.rules().violations()).isEmpty();
        assertThat(verdict.rules().ran()).isTrue();
        assertThat(verdict.outcome()).isEqualTo(Outcome.SAME);
    }

    /** What the guest does not see, and where in the recording the driver does it. */
    @ParameterizedTest
    @CsvSource({
        "chain, MSIX_UNMASK_NOT_FLUSHED, 2404",
        "chain, STATE_CHANGED_BEFORE_CONTROLLER_AGREED, 4681",
        "chain, QUEUE_MEMORY_FREED_WHILE_OWNED, 2382",
        "chain, RESET_DURING_COMPLETION, 2382",
        "linux-samsung, BATCH_PUBLISHED_BEFORE_ACCOUNTING, 3152",
        "linux-samsung, CQ_DOORBELL_DUPLICATE_OR_BACKWARD, 256",
        "linux-apple-ans2, ANS2_TAG_REUSED_TOO_SOON, 118"
    })
    void shouldTellWhatTheGuestDoesNotSee(String boot, MediatorFault fault, long seq)
            throws IOException {
        Verdict verdict = replay(boot, "reference:fault=" + fault.id());
        assertThat(verdict.outcome()).isEqualTo(Outcome.VIOLATED);
        assertThat(verdict.divergence()).isEmpty();
        Violation first = verdict.rules().violations().get(0);
        assertThat(first.rule()).isEqualTo(fault.id());
        assertThat(first.seq()).isEqualTo(seq);
        assertThat(first.recorded()).isFalse();
        assertThat(VerdictText.line(verdict))
                .contains(String.format("VIOLATED   at event %,d: rule %s: ", seq, fault.id()));
    }

    /** A divergence goes before; the rules then say what it came of. */
    @ParameterizedTest
    @EnumSource(
            value = MediatorFault.class,
            names = {
                "TORN_CQE_COPYBACK",
                "LOST_DEFERRED_DOORBELL",
                "LOST_IRQ_POLLED_RESCUE",
                "COMMAND_STALL"
            })
    void shouldNameTheRuleBehindADivergence(MediatorFault fault) throws IOException {
        Verdict verdict = replay("chain", "reference:fault=" + fault.id());
        assertThat(verdict.outcome()).isEqualTo(Outcome.DIVERGED);
        assertThat(verdict.rules().violations()).extracting(Violation::rule).contains(fault.id());
        assertThat(VerdictText.lines(verdict))
                .anyMatch(l -> l.matches("rules     (ERROR   |WARNING ) " + fault.id() + " .*"));
    }

    /** The driver is the only party that is not played, whatever the recorded one did. */
    @Test
    void shouldAccuseADriverThatDoesTheSameWrongAsTheRecordedOne() throws IOException {
        Path own = folder.resolve("own.avro");
        String broken = "reference:fault=msix-unmask-not-flushed";
        Conditions recorded =
                new Conditions(ReplayOptions.DEFAULT, Optional.empty(), Optional.of(own));
        assertThat(replay(boot("linux-samsung"), broken, recorded).outcome())
                .isEqualTo(Outcome.VIOLATED);
        Verdict again = replay(own, broken, ReplayOptions.DEFAULT);
        assertThat(again.outcome()).isEqualTo(Outcome.VIOLATED);
        assertThat(again.rules().violations()).allMatch(Violation::recorded);
        assertThat(VerdictText.lines(again)).anyMatch(l -> l.contains(", as in the recording"));
        assertThat(replay(own, "reference", ReplayOptions.DEFAULT).outcome())
                .isEqualTo(Outcome.SAME);
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain", "rebind", "linux-intx", "linux-apple-ans2"})
    void shouldAccuseTheGoodDriverOfNothingWhenPerturbed(String boot) throws IOException {
        for (long seed = 1; seed <= SEEDS_OF_THE_GOOD; seed++) {
            Verdict verdict =
                    replay(boot(boot), "reference", ReplayOptions.DEFAULT.perturbedFrom(seed));
            assertThat(verdict.rules().violations()).as("seed " + seed).isEmpty();
            assertThat(verdict.outcome()).as("seed " + seed).isEqualTo(Outcome.SAME);
        }
    }

    /** Races that only the rules see, and only when there is one. */
    @ParameterizedTest
    @CsvSource({
        "chain, pin-irq-deasserted-early",
        "linux-apple, guest-cq-overrun",
        "rebind, batch-published-before-accounting"
    })
    void shouldFindARaceThatOnlyTheRulesSee(String boot, String fault) throws IOException {
        String driver = "reference:fault=" + fault;
        assertThat(replay(boot, driver).outcome()).isEqualTo(Outcome.SAME);
        for (long seed = 1; seed <= SEEDS; seed++) {
            Verdict verdict = replay(boot(boot), driver, ReplayOptions.DEFAULT.perturbedFrom(seed));
            if (verdict.outcome().bad()) {
                System.out.println(fault + " on " + boot + ": seed " + seed);
                assertThat(verdict.rules().violations())
                        .extracting(Violation::rule)
                        .contains(fault);
                return;
            }
        }
        assertThat(true).as("none of " + SEEDS + " seeds shows it").isFalse();
    }
}
