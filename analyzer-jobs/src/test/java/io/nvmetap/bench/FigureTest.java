package io.nvmetap.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.bench.Figure.Bar;
import java.util.List;
import org.junit.jupiter.api.Test;

class FigureTest {
    private static Figure ratio(Bar bar, Double... above) {
        List<Double> below = List.of(10.0, 20.0, 40.0, 80.0).subList(0, above.length);
        return Figure.ratio("key", "title", List.of(above), below, bar);
    }

    @Test
    void shouldDivideRoundByRoundAndTakeTheMedian() {
        Figure f = ratio(Bar.NONE, 10.0, 60.0, 80.0);
        assertThat(f.value()).isEqualTo(2.0);
        assertThat(f.low()).isEqualTo(1.0);
        assertThat(f.high()).isEqualTo(3.0);
    }

    @Test
    void shouldTakeTheWorseOneWhenTwoAreInTheMiddle() {
        assertThat(ratio(Bar.atMost(2), 10.0, 30.0).value()).isEqualTo(1.5);
        assertThat(ratio(Bar.atLeast(2), 10.0, 30.0).value()).isEqualTo(1.0);
    }

    @Test
    void shouldKeepABarThatItJustReaches() {
        assertThat(ratio(Bar.atMost(2), 20.0).verdict()).isEqualTo("kept");
        assertThat(ratio(Bar.atLeast(2), 20.0).verdict()).isEqualTo("kept");
        assertThat(ratio(Bar.atMost(2), 20.1).verdict()).isEqualTo("missed");
        assertThat(ratio(Bar.atLeast(2), 19.9).verdict()).isEqualTo("missed");
        assertThat(ratio(Bar.NONE, 19.9).verdict()).isEmpty();
    }

    @Test
    void shouldBeReadable() {
        assertThat(ratio(Bar.atLeast(0.6), 5.0).text(0.5)).isEqualTo("0.50x");
        assertThat(ratio(Bar.atLeast(0.6), 5.0).barText()).isEqualTo("at least 0.60x");
        Figure bytes = Figure.plain("k", "t", "B", List.of(45.3), Bar.atMost(64));
        assertThat(bytes.text(bytes.value())).isEqualTo("45.30 B");
        assertThat(bytes.barText()).isEqualTo("at most 64.00 B");
        assertThat(bytes.text(123_456)).isEqualTo("123,456 B");
    }
}
