package io.nvmetap.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.finding.Severity;
import io.nvmetap.plan.Adaptation;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
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

    private static RuleCheck broken(long seq, boolean recorded) {
        Violation v =
                new Violation("some-rule", Severity.ERROR, seq, 7, 9, recorded, "Says <why>.");
        return new RuleCheck(true, "", List.of(v), List.of("other-rule GUEST"));
    }

    @Test
    void shouldTellARuleThatIsBroken() {
        Verdict violated = same.with(broken(1204, false));
        assertThat(violated.outcome()).isEqualTo(Verdict.Outcome.VIOLATED);
        assertThat(VerdictText.lines(violated))
                .anyMatch(l -> l.contains("VIOLATED   at event 1,204: rule some-rule: Says <why>."))
                .contains("rules     ERROR    some-rule   events 7 to 9 of the replay")
                .contains("rules     not the driver's: other-rule GUEST");
        assertThat(VerdictText.line(same.with(broken(-1, false))))
                .contains("VIOLATED   at event 9 of the replay: rule some-rule");
        assertThat(VerdictText.lines(same.with(broken(1, true))))
                .anyMatch(l -> l.contains("some-rule, as in the recording"));
    }

    @Test
    void shouldLetADivergenceGoBeforeAndAViolationBeforeNotKnowing() {
        assertThat(diverged.with(broken(1, false)).outcome()).isEqualTo(Verdict.Outcome.DIVERGED);
        assertThat(unknown.with(broken(1, false)).outcome()).isEqualTo(Verdict.Outcome.VIOLATED);
        assertThat(same.with(RuleCheck.notRun("no reason")).outcome())
                .isEqualTo(Verdict.Outcome.SAME);
        assertThat(VerdictText.lines(same.with(RuleCheck.notRun("no reason"))))
                .contains("rules     not run: no reason");
    }

    @Test
    void shouldWriteRulesAndSeedsInEveryFormat() throws Exception {
        Verdict violated = same.with(broken(1204, false)).with(new Seeds(17, 1, 200));
        StringWriter out = new StringWriter();
        VerdictJson.write(violated, out);
        assertThat(out.toString())
                .startsWith("{\"verdict\":\"VIOLATED\"")
                .contains("\"rule\":\"some-rule\",\"severity\":\"ERROR\",\"seq\":1204")
                .contains("\"others\":[\"other-rule GUEST\"]")
                .contains("\"perturb\":{\"seed\":17,\"first\":1,\"last\":200}");
        assertThat(junit(violated).getElementsByTagName("failure").getLength()).isEqualTo(1);
        assertThat(VerdictText.lines(violated)).contains("perturb   seed 17 shows it, after 16");
        assertThat(VerdictText.lines(same.with(new Seeds(200, 1, 200))))
                .contains("perturb   none of 200 seeds shows anything");
        assertThat(VerdictText.lines(same.with(new Seeds(3, 3, 3)))).contains("perturb   seed 3");
    }

    private static Document junit(Verdict verdict) throws Exception {
        StringWriter out = new StringWriter();
        VerdictJunit.write(verdict, "boot<1>.avro", out);
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(out.toString())));
    }
}
