package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.Edge;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class ResetDuringCompletionTest {
    private static final String RULE = "reset-during-completion";

    @Test
    void shouldReportACopyInsideTheReset() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .reset(Edge.BEGIN)
                .copied(1, 1)
                .reset(Edge.END)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenTheCopyCameBefore() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .cc(0x464001)
                .cc(0)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldBeUnknownWithoutAMediator() {
        Scenario.log().ready().judged().unknown(RULE);
    }

    @Test
    void shouldNotAccuseWhenTheEndOfTheResetWasLost() {
        Scenario.mediated()
                .ready()
                .reset(Edge.BEGIN)
                .lost(3)
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .judged()
                .unknown(RULE);
    }
}
