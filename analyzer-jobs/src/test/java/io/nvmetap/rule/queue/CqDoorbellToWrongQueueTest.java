package io.nvmetap.rule.queue;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class CqDoorbellToWrongQueueTest {
    private static final String RULE = "cq-doorbell-to-wrong-queue";
    private static final String BACKWARD = "cq-doorbell-duplicate-or-backward";

    private static Scenario twoPairs() {
        return Scenario.mediated().ready().createPair(2, 8).emitted(1, 5).seen(1, 5);
    }

    @Test
    void shouldReportAHeadOnAnotherQueue() {
        twoPairs()
                .cq(Side.DEVICE, 2, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .violates(BACKWARD, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAHeadOnAQueueThatIsNotThere() {
        twoPairs().cq(Side.DEVICE, 3, 1).judged().violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldOnTheQueueItCameFrom() {
        twoPairs().cq(Side.DEVICE, 1, 1).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhereTheOtherQueueHasOneToo() {
        twoPairs()
                .emitted(2, 6)
                .seen(2, 6)
                .emitted(1, 7)
                .seen(1, 7)
                .cq(Side.DEVICE, 2, 1)
                .cq(Side.DEVICE, 1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotTakeAHeadThatIsOnlyWrongForOne() {
        // A second, older head right after the good one is another fault.
        Scenario.mediated()
                .ready()
                .createPair(2, 8)
                .emitted(2, 6)
                .seen(2, 6)
                .emitted(1, 5)
                .seen(1, 5)
                .cq(Side.DEVICE, 1, 1)
                .cq(Side.DEVICE, 1, 0)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGapOrAReset() {
        twoPairs().lost(1).cq(Side.DEVICE, 2, 1).judged().unknown(RULE);
        twoPairs().cc(0x460000).cq(Side.DEVICE, 2, 1).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownWithOneQueue() {
        Scenario.log().enable().judged().unknown(RULE);
    }
}
