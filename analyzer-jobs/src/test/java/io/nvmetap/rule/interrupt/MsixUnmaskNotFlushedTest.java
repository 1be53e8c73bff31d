package io.nvmetap.rule.interrupt;

import io.nvmetap.event.EventKind;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class MsixUnmaskNotFlushedTest {
    private static final String RULE = "msix-unmask-not-flushed";

    @Test
    void shouldReportAnUnmaskThatIsNotReadBack() {
        Scenario.mediated()
                .ready()
                .vector(EventKind.VECTOR_UNMASKED, 1)
                .us(1)
                .fetched(1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenItIsReadBack() {
        Scenario.mediated()
                .ready()
                .vector(EventKind.VECTOR_UNMASKED, 1)
                .vector(EventKind.VECTOR_FLUSHED, 1)
                .fetched(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotAccuseWhenEventsWereLostInBetween() {
        Scenario.mediated()
                .ready()
                .vector(EventKind.VECTOR_UNMASKED, 1)
                .lost(1)
                .fetched(1, 1)
                .judged()
                .unknown(RULE);
    }
}
