package io.nvmetap.rule.apple;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class AppleBufferReuseStallTest {
    private static final String RULE = "apple-buffer-reuse-stall";

    @Test
    void shouldReportSilenceAfterABufferIsUsedTwice() {
        Scenario.apple()
                .ready()
                .emittedFrom(1, 1, 0x5000)
                .emittedFrom(1, 2, 0x5000)
                .heartbeatAfterMs(400)
                .judged()
                .violates(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenBothComplete() {
        Scenario.apple()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .emittedFrom(1, 1, 0x5000)
                .emittedFrom(1, 2, 0x5000)
                .seen(1, 1)
                .seen(1, 2)
                .cq(Side.DEVICE, 1, 2)
                .heartbeatAfterMs(400)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotBlameReuseWhenBuffersDiffer() {
        Scenario.apple()
                .ready()
                .emittedFrom(1, 1, 0x5000)
                .emittedFrom(1, 2, 0x6000)
                .heartbeatAfterMs(400)
                .judged()
                .violatesNoneOf(RULE);
    }
}
