package io.nvmetap.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.event.EventKind;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.flink.core.memory.DataOutputSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What history and rules remember does not grow with the commands they have seen. */
class AnalyzerStateTest {
    /** Histograms fill up, seqs get longer: not a byte for each command. */
    private static final int SLACK_BYTES = 4_096;

    private static int bytesAfter(GuestKind guest, String profile, int operations) {
        SimulationSpec spec =
                SimulationSpec.of(guest, 7, operations)
                        .withProfile(ControllerProfile.byName(profile))
                        .withCpus(profile.startsWith("apple") ? 1 : 2);
        Analyzer analyzer = new Analyzer(RuleSet.all(), RuleSettings.DEFAULTS);
        Simulation.run(
                spec,
                e -> {
                    if (e.kind != EventKind.CAPTURE_ENDED) {
                        analyzer.accept(e, f -> {}, s -> {});
                    }
                });
        try {
            DataOutputSerializer out = new DataOutputSerializer(1 << 16);
            new AnalyzerSerializer().serialize(analyzer, out);
            return out.length();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LINUX, samsung",
        "LINUX, generic",
        "LINUX, intel",
        "LINUX, apple",
        "LINUX, apple-ans2",
        "EDK2, toshiba",
        "SEABIOS, generic",
        "UBOOT, samsung"
    })
    void shouldKeepNothingOfCommandsThatAreDone(GuestKind guest, String profile) {
        int few = bytesAfter(guest, profile, 1_000);
        int many = bytesAfter(guest, profile, 4_000);
        assertThat(many).isLessThan(few + SLACK_BYTES);
    }
}
