package io.nvmetap.rule.queue;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class SqCqDoorbellPairRaceTest {
    private static final String RULE = "sq-cq-doorbell-pair-race";

    @Test
    void shouldReportOverlapFollowedBySilence() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .us(5)
                .emitted(1, 2)
                .sq(Side.DEVICE, 1, 1)
                .onCpu(1)
                .ns(100)
                .cq(Side.DEVICE, 1, 1)
                .onCpu(0)
                .heartbeatAfterMs(400)
                .judged()
                .besides("command-stall")
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenBothAreRungUnderTheLockOfThePair() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .us(5)
                .emitted(1, 2)
                .locks(1)
                .sq(Side.DEVICE, 1, 1)
                .onCpu(1)
                .unlocks(1)
                .ns(100)
                .locks(1)
                .cq(Side.DEVICE, 1, 1)
                .onCpu(0)
                .unlocks(1)
                .heartbeatAfterMs(400)
                .judged()
                .besides("command-stall")
                .holds(RULE);
    }

    @Test
    void shouldReportOverlapWhereOnlyOneTakesTheLock() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .us(5)
                .emitted(1, 2)
                .locks(1)
                .sq(Side.DEVICE, 1, 1)
                .onCpu(1)
                .unlocks(1)
                .ns(100)
                .cq(Side.DEVICE, 1, 1)
                .onCpu(0)
                .heartbeatAfterMs(400)
                .judged()
                .besides("command-stall")
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldWhenThePairGoesOn() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .us(5)
                .emitted(1, 2)
                .sq(Side.DEVICE, 1, 1)
                .onCpu(1)
                .ns(100)
                .cq(Side.DEVICE, 1, 1)
                .onCpu(0)
                .us(10)
                .seen(1, 2)
                .heartbeatAfterMs(400)
                .judged()
                .besides("command-stall")
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenOneCpuRingsBoth() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .us(5)
                .emitted(1, 2)
                .sq(Side.DEVICE, 1, 1)
                .ns(100)
                .cq(Side.DEVICE, 1, 1)
                .heartbeatAfterMs(400)
                .judged()
                .besides("command-stall")
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheDoorbellsAreApart() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .seen(1, 1)
                .us(5)
                .emitted(1, 2)
                .sq(Side.DEVICE, 1, 1)
                .onCpu(1)
                .us(1)
                .cq(Side.DEVICE, 1, 1)
                .heartbeatAfterMs(400)
                .judged()
                .besides("command-stall")
                .holds(RULE);
    }
}
