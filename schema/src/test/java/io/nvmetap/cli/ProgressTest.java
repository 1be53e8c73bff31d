package io.nvmetap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private long nowNs;
    private final Progress progress = new Progress(new PrintStream(shown, true), () -> nowNs);

    private void work(long from, long to) {
        for (long i = from; i < to; i++) {
            progress.at(i);
        }
    }

    @Test
    void shouldShowNothingOfShortWork() {
        progress.begin("analyze", 5_000);
        work(0, 5_000);
        progress.close();
        assertThat(shown.toString()).isEmpty();
    }

    @Test
    void shouldShowHowFarLongWorkIsAndCleanUp() {
        progress.begin("analyze", 10_000);
        work(0, 2_000);
        nowNs += Progress.FIRST_NS;
        work(2_000, 6_000);
        progress.close();
        String text = shown.toString();
        assertThat(text).startsWith("\ranalyze   [######").contains("20 %").endsWith("\r\u001B[K");
        assertThat(text.split("\r")).hasSize(3);
    }

    @Test
    void shouldShowMoreAfterAWhileAndNeverOverAll() {
        progress.begin("import", 100);
        nowNs += Progress.FIRST_NS;
        work(5_000, 7_000);
        nowNs += Progress.EVERY_NS;
        work(7_000, 9_000);
        assertThat(shown.toString().split("\r")).hasSize(3);
        assertThat(shown.toString()).contains("100 %");
    }

    @Test
    void shouldCountWhereTheEndIsNotKnown() {
        progress.begin("import", 0);
        nowNs += Progress.FIRST_NS;
        progress.at(1_234_567);
        assertThat(shown.toString()).isEqualTo("\rimport    1,234,567");
    }
}
