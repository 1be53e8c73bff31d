package io.nvmetap.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.compare.Divergence;
import io.nvmetap.compare.Verdict;
import io.nvmetap.mediator.DriverSpec;
import io.nvmetap.plan.Plan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real boots, perturbed: races come out, and nothing is made up. */
class PerturbTest {
    /** Seeds a race may take; 1 to 200 were tried on every recording when this was written. */
    private static final int SEEDS = 60;

    private static final int SEEDS_OF_THE_GOOD = 25;

    @TempDir private Path folder;

    private static Verdict perturbed(Plan plan, String driver, long seed) throws IOException {
        return perturbed(plan, driver, seed, Optional.empty());
    }

    private static Verdict perturbed(Plan plan, String driver, long seed, Optional<Path> record)
            throws IOException {
        ReplayOptions options = ReplayOptions.DEFAULT.perturbedFrom(seed);
        return new ReferenceBuild(DriverSpec.parse(driver))
                .replay(plan, new Conditions(options, Optional.empty(), record))
                .verdict();
    }

    @ParameterizedTest
    @ValueSource(strings = {"chain", "rebind", "linux-intx", "linux-apple", "linux-samsung"})
    void shouldNotAccuseTheGoodDriver(String recording) throws IOException {
        Plan plan = BootRecordings.plan(BootRecordings.kept(recording));
        for (long seed = 1; seed <= SEEDS_OF_THE_GOOD; seed++) {
            Verdict verdict = perturbed(plan, "reference", seed);
            assertThat(verdict.divergence()).as("seed " + seed).isEmpty();
            assertThat(verdict.outcome()).as("seed " + seed).isEqualTo(Verdict.Outcome.SAME);
        }
    }

    /** Each is SAME in a replay as recorded: only the race shows it. */
    @ParameterizedTest
    @CsvSource({
        "sq-cq-doorbell-pair-race, chain, which two CPUs wrote at once",
        "sq-cq-doorbell-pair-race, linux-toshiba, which two CPUs wrote at once",
        "sq-cq-doorbell-pair-race, shell, which two CPUs wrote at once",
        "irq-suppressed-while-busy, chain, no interrupt came",
        "irq-suppressed-while-busy, linux-apple, no interrupt came",
        "irq-suppressed-while-busy, rebind, no interrupt came",
        "batch-published-before-accounting, linux-apple, did not pass it on",
        "pin-irq-deasserted-early, linux-intx, no interrupt came"
    })
    void shouldFindARaceThatTheRecordingDoesNotShow(String fault, String recording, String why)
            throws IOException {
        Plan plan = BootRecordings.plan(BootRecordings.kept(recording));
        String driver = "reference:fault=" + fault;
        assertThat(BootRecordings.replay(plan, DriverSpec.parse(driver)).outcome())
                .isEqualTo(Verdict.Outcome.SAME);
        for (long seed = 1; seed <= SEEDS; seed++) {
            Optional<Divergence> found = perturbed(plan, driver, seed).divergence();
            if (found.isPresent()) {
                System.out.println(fault + " on " + recording + ": seed " + seed);
                assertThat(found.get().sentence()).contains(why);
                return;
            }
        }
        assertThat(true).as("none of " + SEEDS + " seeds shows it").isFalse();
    }

    @Test
    void shouldRepeatASeedByteForByte() throws IOException {
        Plan plan = BootRecordings.plan(BootRecordings.kept("chain"));
        String driver = "reference:fault=sq-cq-doorbell-pair-race";
        byte[][] bytes = new byte[3][];
        Verdict[] verdicts = new Verdict[3];
        long[] seeds = {2, 2, 3};
        for (int i = 0; i < seeds.length; i++) {
            Path own = Files.createDirectory(folder.resolve("run" + i)).resolve("own.avro");
            verdicts[i] = perturbed(plan, driver, seeds[i], Optional.of(own));
            bytes[i] = Files.readAllBytes(own);
        }
        assertThat(verdicts[0]).isEqualTo(verdicts[1]);
        assertThat(bytes[0]).isEqualTo(bytes[1]).isNotEqualTo(bytes[2]);
    }

    @Test
    void shouldLeaveAReplayAloneThatIsNotPerturbed() throws IOException {
        Plan plan = BootRecordings.plan(BootRecordings.kept("shell"));
        Path own = folder.resolve("own.avro");
        Conditions under =
                new Conditions(ReplayOptions.DEFAULT, Optional.empty(), Optional.of(own));
        ReferenceBuild build = new ReferenceBuild(DriverSpec.GOOD);
        build.replay(plan, under);
        byte[] first = Files.readAllBytes(own);
        build.replay(plan, under);
        assertThat(Files.readAllBytes(own)).isEqualTo(first);
    }
}
