package io.nvmetap.rule.pointer;

import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class MdtsExceededTest {
    private static final String RULE = "mdts-exceeded";

    @Test
    void shouldReportAPageTooMuch() {
        Scenario.mediatedWithMdts(5)
                .ready()
                .emittedBytes(1, 1, 132 << 10)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldForExactlyTheLimit() {
        Scenario.mediatedWithMdts(5).ready().emittedBytes(1, 1, 128 << 10).judged().holds(RULE);
    }

    @Test
    void shouldHoldWithoutALimit() {
        Scenario.mediatedWithMdts(0).ready().emittedBytes(1, 1, 64 << 20).judged().holds(RULE);
    }

    @Test
    void shouldBeUnknownWhenTheLimitWasNotSeen() {
        Scenario.mediated().ready().emittedBytes(1, 1, 64 << 20).judged().unknown(RULE);
    }
}
