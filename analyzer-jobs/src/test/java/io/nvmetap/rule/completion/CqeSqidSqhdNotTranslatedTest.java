package io.nvmetap.rule.completion;

import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class CqeSqidSqhdNotTranslatedTest {
    private static final String RULE = "cqe-sqid-sqhd-not-translated";

    @Test
    void shouldReportAHeadPastTheCommandsTaken() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copiedAs(1, 1, 1, 5)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAQueueThatDoesNotPostThere() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copiedAs(1, 1, 3, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldForTheHeadAfterTheCommand() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copiedAs(1, 1, 1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheHeadLags() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copiedAs(1, 1, 1, 0)
                .judged()
                .holds(RULE);
    }
}
