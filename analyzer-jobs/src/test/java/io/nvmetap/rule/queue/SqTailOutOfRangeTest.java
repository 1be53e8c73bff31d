package io.nvmetap.rule.queue;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class SqTailOutOfRangeTest {
    private static final String RULE = "sq-tail-out-of-range";

    @Test
    void shouldReportATailAtTheSizeOfTheQueue() {
        Scenario.mediated()
                .ready()
                .sq(Side.GUEST, 1, 8)
                .judged()
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNameTheMediatorForItsOwnSide() {
        Scenario.mediated()
                .ready()
                .sq(Side.DEVICE, 1, 9)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldForTheLastSlot() {
        Scenario.log().ready().sq(Side.DEVICE, 1, 7).emitted(1, 1).judged().holds(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        Scenario.mediated().ready().lost(1).sq(Side.GUEST, 1, 8).judged().unknown(RULE);
    }

    @Test
    void shouldForgetQueuesOnReset() {
        Scenario.log().ready().cc(0).sq(Side.DEVICE, 1, 8).judged().unknown(RULE);
    }
}
