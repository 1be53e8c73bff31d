package io.nvmetap.rule.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;

class SpreadTest {
    @Test
    void shouldKnowItsMedianToABin() {
        Spread spread = new Spread();
        for (int i = 1; i <= 1000; i++) {
            spread.add(i * 1_000L);
        }
        assertThat(spread.count()).isEqualTo(1000);
        assertThat(spread.atPercent(50)).isCloseTo(500_000, withPercentage(9));
        assertThat(spread.atPercent(25)).isCloseTo(250_000, withPercentage(9));
    }

    @Test
    void shouldTakeAnyTime() {
        Spread spread = new Spread();
        assertThat(spread.atPercent(50)).isZero();
        spread.add(-5);
        spread.add(Long.MAX_VALUE);
        assertThat(spread.atPercent(100)).isPositive();
    }
}
