package io.nvmetap.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.finding.Severity;
import io.nvmetap.report.Style.Colour;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StyleTest {
    private static final Map<String, String> TERMINAL = Map.of("NVMETAP_COLUMNS", "80");

    @Test
    void shouldColourATerminalUnlessToldNotTo() {
        assertThat(Style.of(Colour.AUTO, TERMINAL)).isEqualTo(new Style(true, 80));
        assertThat(Style.of(Colour.NEVER, TERMINAL)).isEqualTo(new Style(false, 80));
        assertThat(Style.of(Colour.AUTO, Map.of("NVMETAP_COLUMNS", "80", "NO_COLOR", "1")))
                .isEqualTo(new Style(false, 80));
    }

    @Test
    void shouldLeavePipesAsTheyAre() {
        assertThat(Style.of(Colour.AUTO, Map.of())).isEqualTo(Style.PLAIN);
        assertThat(Style.of(Colour.ALWAYS, Map.of())).isEqualTo(new Style(true, 0));
        assertThat(Style.PLAIN.severity(Severity.ERROR, "x")).isEqualTo("x");
        assertThat(Style.PLAIN.broken("a ".repeat(200), 0, 0)).hasSize(400);
    }

    @Test
    void shouldTakeNoNonsenseForAWidth() {
        for (String width : new String[] {"", "x", "-1", "3", "99999999"}) {
            assertThat(Style.of(Colour.AUTO, Map.of("NVMETAP_COLUMNS", width)).columns()).isZero();
        }
        assertThat(Style.of(Colour.AUTO, Map.of("NVMETAP_COLUMNS", "100000")).columns())
                .isEqualTo(400);
    }

    @Test
    void shouldBreakBetweenWords() {
        Style style = new Style(false, 40);
        String text = style.broken("one two three four five six seven eight nine ten", 10, 10);
        assertThat(text.lines().map(String::stripTrailing).toList())
                .containsExactly("one two three four five six", "          seven eight nine ten");
        assertThat(style.broken("x".repeat(90), 10, 10)).isEqualTo("x".repeat(90));
    }
}
