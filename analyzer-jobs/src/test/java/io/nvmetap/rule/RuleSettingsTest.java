package io.nvmetap.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleSettingsTest {
    @ParameterizedTest
    @CsvSource({
        "command-stall.io=300ms, 300000000",
        "command-stall.io=2s, 2000000000",
        "command-stall.io=7us, 7000",
        "command-stall.io=5ns, 5"
    })
    void shouldReadATimeInItsUnit(String assignment, long ns) {
        assertThat(RuleSettings.DEFAULTS.with(assignment).of(CommonThresholds.IO_DEADLINE))
                .isEqualTo(ns);
    }

    @Test
    void shouldChangeTheNamedThresholdAndNoOther() {
        RuleSettings changed = RuleSettings.DEFAULTS.with("apple.silence=1s");
        assertThat(changed.of(CommonThresholds.APPLE_SILENCE)).isEqualTo(1_000_000_000L);
        assertThat(changed.with("apple.silence=300ms")).isEqualTo(RuleSettings.DEFAULTS);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "command-stall.io",
                "command-stall.io=",
                "command-stall.io=300",
                "command-stall.io=-1ms",
                "command-stall.io=0ms",
                "command-stall.io=999999999s",
                "command-stall.io=300%",
                "no-such-thing=1ms"
            })
    void shouldRefuseWhatIsNoThreshold(String assignment) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RuleSettings.DEFAULTS.with(assignment))
                .withMessageNotContaining("\n");
    }
}
