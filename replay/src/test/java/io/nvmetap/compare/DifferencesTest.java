package io.nvmetap.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.plan.Adaptation;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DifferencesTest {
    private static final Verdict SAME =
            new Verdict(
                    Verdict.Outcome.SAME,
                    "qtest:q.sock",
                    5,
                    Optional.empty(),
                    "",
                    Map.of(),
                    Map.<Adaptation, Long>of());

    private static Comparator device() {
        return new Comparator(false, true);
    }

    @Test
    void shouldEndTheReplayWhereADriverIsTested() {
        Comparator comparator = new Comparator(false);
        assertThat(comparator.differs(Differing.DW0, 3, "differs")).contains("differs");
        assertThat(comparator.differences()).isEqualTo(Differences.NONE);
    }

    @Test
    void shouldListTheFirstOfAKindAndCountTheRest() {
        Comparator comparator = device();
        for (int i = 0; i < Differences.LISTED_MAX + 5; i++) {
            assertThat(comparator.differs(Differing.DATA, i, "read " + i)).isEmpty();
        }
        Differences all = comparator.differences();
        assertThat(all.listed()).hasSize(Differences.LISTED_MAX);
        assertThat(all.unlisted(Differing.DATA)).isEqualTo(5);
        assertThat(VerdictText.lines(SAME.with(all)))
                .contains("differs   at event 0: read 0")
                .anyMatch(line -> line.matches("differs +5 x more data received.*"));
    }

    @Test
    void shouldSayOnceWhatIsSaidAgain() {
        Comparator comparator = device();
        comparator.differs(Differing.REGISTER, 1, "read of VS");
        comparator.differs(Differing.REGISTER, 9, "read of VS");
        assertThat(comparator.differences().listed()).hasSize(1);
        assertThat(comparator.differences().unlisted(Differing.REGISTER)).isEqualTo(1);
    }

    @Test
    void shouldDivergeWithAStatusOnly() {
        Comparator comparator = device();
        comparator.differs(Differing.DW0, 1, "DW0");
        assertThat(SAME.with(comparator.differences()).outcome()).isEqualTo(Verdict.Outcome.SAME);
        comparator.differs(Differing.STATUS, 2, "status");
        Verdict verdict = SAME.with(comparator.differences());
        assertThat(verdict.outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        assertThat(verdict.divergence()).contains(new Divergence(2, "status"));
    }

    @Test
    void shouldTellTheEarlierOfTwoDivergences() {
        Verdict hung =
                new Verdict(
                        Verdict.Outcome.DIVERGED,
                        "qtest:q.sock",
                        5,
                        Optional.of(new Divergence(7, "no completion")),
                        "",
                        Map.of(),
                        Map.<Adaptation, Long>of());
        Differences status = Differences.NONE.plus(Differing.STATUS, 2, "status");
        assertThat(hung.with(status).divergence()).contains(new Divergence(2, "status"));
        Differences late = Differences.NONE.plus(Differing.STATUS, 9, "status");
        assertThat(hung.with(late).divergence()).contains(new Divergence(7, "no completion"));
    }

    @Test
    void shouldWriteThemAsJson() throws IOException {
        Differences some = Differences.NONE.plus(Differing.ABILITY, -1, "the device: small");
        StringWriter out = new StringWriter();
        VerdictJson.write(SAME.with(some), out);
        assertThat(out.toString())
                .contains(
                        "\"differs\":[{\"id\":\"ABILITY\",\"seq\":-1,\"text\":\"the device: small\"}]")
                .contains("\"differing\":[{\"id\":\"ABILITY\"");
        assertThat(VerdictText.lines(SAME.with(some))).contains("differs   the device: small");
    }
}
