package io.nvmetap.rule.completion;

import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class TornCqeCopybackTest {
    private static final String RULE = "torn-cqe-copyback";

    @Test
    void shouldReportAPhaseTagStoredFirst() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .stored(1, 0, 14, 2)
                .stored(1, 0, 0, 14)
                .copied(1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAMissingFence() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .stored(1, 0, 0, 8)
                .stored(1, 0, 8, 6)
                .stored(1, 0, 14, 2)
                .copied(1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportOneWideStore() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .stored(1, 0, 0, 8)
                .fence(1)
                .stored(1, 0, 8, 8)
                .copied(1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldForBodyFenceStatus() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .stored(1, 0, 0, 8)
                .stored(1, 0, 8, 6)
                .fence(1)
                .stored(1, 0, 14, 2)
                .copied(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldLetLaterSlotsOfABatchBeStoredWhole() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .fetched(1, 2)
                .emitted(1, 1)
                .emitted(1, 2)
                .seen(1, 1)
                .seen(1, 2)
                .stored(1, 1, 0, 16)
                .stored(1, 0, 0, 14)
                .fence(1)
                .stored(1, 0, 14, 2)
                .copied(1, 1)
                .copied(1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldBeUnknownWhenStoresAreNotSeen() {
        Scenario.mediatedBlindFor(Unseen.STORES).ready().judged().unknown(RULE);
    }
}
