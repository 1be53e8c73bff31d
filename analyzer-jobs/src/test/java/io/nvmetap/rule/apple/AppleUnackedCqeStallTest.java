package io.nvmetap.rule.apple;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class AppleUnackedCqeStallTest {
    private static final String RULE = "apple-unacked-cqe-stall";

    @Test
    void shouldReportSilenceBehindAnUnacknowledgedCompletion() {
        Scenario.apple()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .emitted(1, 1)
                .emitted(1, 2)
                .seen(1, 1)
                .heartbeatAfterMs(400)
                .judged()
                .violates(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenItIsAcknowledged() {
        Scenario.apple()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .emitted(1, 1)
                .emitted(1, 2)
                .seen(1, 1)
                .cq(Side.DEVICE, 1, 1)
                .us(100_000)
                .seen(1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldBeUnknownOnOtherControllers() {
        Scenario.mediated()
                .ready()
                .emitted(1, 1)
                .emitted(1, 2)
                .seen(1, 1)
                .heartbeatAfterMs(400)
                .judged()
                .unknown(RULE);
    }
}
