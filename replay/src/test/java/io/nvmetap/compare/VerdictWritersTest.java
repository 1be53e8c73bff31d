package io.nvmetap.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.plan.Adaptation;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class VerdictWritersTest {
    private final Verdict diverged =
            new Verdict(
                    Verdict.Outcome.DIVERGED,
                    "reference:fault=x",
                    12,
                    Optional.of(new Divergence(1204, "SQHD 31, \"recorded\" <0> \u0001")),
                    "",
                    Map.of(Uncompared.SQHD, 3L),
                    Map.of(Adaptation.SGL_TO_PRP, 2L));
    private final Verdict same =
            new Verdict(
                    Verdict.Outcome.SAME,
                    "reference",
                    1812,
                    Optional.empty(),
                    "",
                    Map.of(),
                    Map.of());
    private final Verdict unknown =
            new Verdict(
                    Verdict.Outcome.UNKNOWN,
                    "reference",
                    0,
                    Optional.empty(),
                    "events 5 to 6 are missing",
                    Map.of(),
                    Map.of());

    @Test
    void shouldSayItInOneAlignedLine() {
        assertThat(VerdictText.line(same))
                .matches("replay {4}reference {38}SAME {7}1,812 commands");
        assertThat(VerdictText.line(diverged)).contains("DIVERGED   at event 1,204: SQHD 31");
        assertThat(VerdictText.line(unknown)).endsWith("UNKNOWN    events 5 to 6 are missing");
    }

    @Test
    void shouldListWhatWasNotComparedAndAdapted() {
        assertThat(VerdictText.lines(diverged))
                .anyMatch(l -> l.startsWith("uncompared") && l.contains("3 x SQ head pointers"))
                .anyMatch(l -> l.startsWith("adapted") && l.contains("2 x SGL commands"));
    }

    @Test
    void shouldWriteOneJsonObjectALine() throws IOException {
        StringWriter out = new StringWriter();
        VerdictJson.write(diverged, out);
        assertThat(out.toString())
                .startsWith("{\"verdict\":\"DIVERGED\",\"driver\":\"reference:fault=x\"")
                .contains("\"divergedSeq\":1204")
                .contains("\\\"recorded\\\"")
                .endsWith("}\n");
    }

    @Test
    void shouldWriteJunitThatParses() throws Exception {
        assertThat(junit(diverged).getElementsByTagName("failure").getLength()).isEqualTo(1);
        assertThat(junit(unknown).getElementsByTagName("skipped").getLength()).isEqualTo(1);
        assertThat(junit(same).getElementsByTagName("failure").getLength()).isZero();
    }

    private static Document junit(Verdict verdict) throws Exception {
        StringWriter out = new StringWriter();
        VerdictJunit.write(verdict, "boot<1>.avro", out);
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(out.toString())));
    }
}
