package io.nvmetap.rule.completion;

import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class DuplicateOrLateCompletionTest {
    private static final String RULE = "duplicate-or-late-completion";

    @Test
    void shouldReportASecondCompletionOfTheController() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .seen(1, 1)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportASecondCopyOfTheMediator() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .copied(1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheCidIsUsedAgain() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        Scenario.log().ready().lost(1).seen(1, 1).judged().unknown(RULE);
    }

    @Test
    void shouldForgetCommandsOnReset() {
        Scenario.log().ready().us(2_000_000).cc(0).enable().judged().holds(RULE);
    }

    @Test
    void shouldTellCommandsApartWhoseCidIsUsedAgainBeforeTheCopyIsTold() {
        Scenario.mediated()
                .ready()
                .fetchedAs(1, 1, 71)
                .fetchedAs(1, 1, 72)
                .copiedOf(1, 1, 71)
                .copiedOf(1, 1, 72)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldReportASecondCopyThoughTheCidIsInFlightAgain() {
        Scenario.mediated()
                .ready()
                .fetchedAs(1, 1, 71)
                .copiedOf(1, 1, 71)
                .fetchedAs(1, 1, 72)
                .copiedOf(1, 1, 71)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }
}
