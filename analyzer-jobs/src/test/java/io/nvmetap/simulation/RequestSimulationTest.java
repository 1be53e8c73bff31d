package io.nvmetap.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.device.model.ControllerFault;
import io.nvmetap.device.model.ControllerProfile;
import io.nvmetap.finding.Verdict;
import io.nvmetap.guest.GuestKind;
import io.nvmetap.guest.Simulation;
import io.nvmetap.guest.SimulationSpec;
import io.nvmetap.rule.Analyzer;
import io.nvmetap.rule.RuleSet;
import io.nvmetap.rule.RuleSettings;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A healthy driver with much to do of its own: requests held, loads, logs, and silence. */
class RequestSimulationTest {
    private static final long MS = 1_000_000;

    private static Set<String> judged(SimulationSpec spec, Verdict verdict) {
        Set<String> out = new TreeSet<>();
        Analyzer analyzer = new Analyzer(RuleSet.all(), RuleSettings.DEFAULTS);
        Simulation.run(
                spec,
                e ->
                        analyzer.accept(
                                e,
                                f -> {
                                    if (f.verdict() == verdict) {
                                        out.add(f.rule() + " " + f.owner());
                                    }
                                },
                                s -> {}));
        return out;
    }

    private static SimulationSpec busy(String profile) {
        return SimulationSpec.of(GuestKind.LINUX, 7, 300)
                .withGuests(GuestKind.LINUX, GuestKind.LINUX)
                .withProfile(ControllerProfile.byName(profile))
                .withCpus(profile.equals("apple") ? 1 : 2)
                .withTuning(
                        b ->
                                b.intercept(5, 3 * MS)
                                        .interceptEvents(true)
                                        .ownLoad(MS / 5, 2, 500)
                                        .ownHealthNs(2 * MS));
    }

    @ParameterizedTest
    @ValueSource(strings = {"generic", "samsung", "intel", "apple"})
    void shouldSayNothingOfABusyDriver(String profile) {
        assertThat(judged(busy(profile), Verdict.VIOLATED)).isEmpty();
    }

    @Test
    void shouldHoldWhereThereWasAnOccasion() {
        assertThat(judged(busy("samsung"), Verdict.HOLDS))
                .extracting(words -> words.substring(0, words.indexOf(' ')))
                .contains(
                        "aer-counted-too-early",
                        "request-list-cross-link",
                        "paused-request-freed-on-reset",
                        "intercept-counter-race",
                        "host-request-waits-for-ever",
                        "side-starvation");
    }

    @Test
    void shouldAccuseTheControllerOnlyWhereTheDriverGivesUp() {
        SimulationSpec spec =
                SimulationSpec.of(GuestKind.LINUX, 7, 50)
                        .withControllerFaults(ControllerFault.HOST_REQUEST_WAITS_FOR_EVER);
        assertThat(judged(spec, Verdict.VIOLATED)).containsExactly("command-stall CONTROLLER");
    }
}
