package io.nvmetap.rule.queue;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class CqDoorbellDuplicateOrBackwardTest {
    private static final String RULE = "cq-doorbell-duplicate-or-backward";

    @Test
    void shouldReportARepeatedHead() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .cq(Side.DEVICE, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .judged()
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportMoreThanWasPosted() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 2)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportAStepBack() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .emitted(1, 2)
                .seen(1, 1)
                .seen(1, 2)
                .cq(Side.DEVICE, 1, 2)
                .cq(Side.DEVICE, 1, 1)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldWhenAllAreAcknowledgedAtOnce() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .emitted(1, 2)
                .seen(1, 1)
                .seen(1, 2)
                .cq(Side.DEVICE, 1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        Scenario.log().ready().lost(1).cq(Side.DEVICE, 1, 5).judged().unknown(RULE);
    }

    @Test
    void shouldLetTheGuestAcknowledgeWhatAStoreShowedIt() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .stored(1, 0, 0, 14)
                .fence(1)
                .stored(1, 0, 14, 2)
                .cq(Side.GUEST, 1, 1)
                .copied(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportAnAcknowledgementTwiceEvenIfTheFirstCameBeforeTheCopy() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .stored(1, 0, 0, 14)
                .fence(1)
                .stored(1, 0, 14, 2)
                .cq(Side.GUEST, 1, 1)
                .copied(1, 1)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    /** Two processors may ring in another order than they moved the cell. */
    @Test
    void shouldLetADoorbellBeBehindItsShadow() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .emitted(1, 2)
                .seen(1, 1)
                .seen(1, 2)
                .shadowCq(Side.DEVICE, 1, 2)
                .cq(Side.DEVICE, 1, 1)
                .judged()
                .holds(RULE);
    }
}
