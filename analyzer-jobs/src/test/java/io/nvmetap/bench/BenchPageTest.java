package io.nvmetap.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.bench.Figure.Bar;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BenchPageTest {
    private static final Figure KEPT =
            Figure.ratio("a", "one", List.of(1.0, 3.0), List.of(1.0, 1.0), Bar.atMost(4));
    private static final Figure MISSED =
            Figure.plain("b", "two", "ns", List.of(5.0), Bar.atMost(3));
    private static final Figure TOLD = Figure.plain("", "three", "B", List.of(5.0), Bar.NONE);

    @Test
    void shouldSayOfEachBarWhetherItIsKept() {
        String page =
                BenchPage.page(
                        Map.of("capture", List.of(KEPT, MISSED, TOLD)),
                        2,
                        new BenchPage.Place("2 CPUs", "abc1234", "2026-01-01"),
                        "The machine was busy.");
        assertThat(page)
                .contains("2 CPUs, commit abc1234, 2026-01-01. The machine was busy.")
                .contains("2 rounds")
                .contains("## capture")
                .contains("| one | 3.00x | 1.00x to 3.00x | at most 4.00x | kept |")
                .contains("| two | 5.00 ns |  | at most 3.00 ns | missed |")
                .contains("| three | 5.00 B |  |  |  |")
                .endsWith("1 of 2 bars are kept.\n");
    }

    @Test
    void shouldPutNamedFiguresOnTheSummaryLine() {
        assertThat(BenchPage.summary("capture", List.of(KEPT, MISSED, TOLD), "\"machine\":\"m\""))
                .isEqualTo(
                        "{\"summary\":{\"bench\":\"capture\",\"a\":3.0000,\"b\":5.0000,"
                                + "\"machine\":\"m\"}}");
    }

    @Test
    void shouldTellAFigureInOneLine() {
        assertThat(BenchPage.line(MISSED))
                .startsWith("bench     two ")
                .endsWith("5.00 ns   at most 3.00 ns    missed");
    }
}
