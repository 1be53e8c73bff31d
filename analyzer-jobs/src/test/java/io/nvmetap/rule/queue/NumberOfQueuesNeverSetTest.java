package io.nvmetap.rule.queue;

import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class NumberOfQueuesNeverSetTest {
    private static final String RULE = "number-of-queues-never-set";

    @Test
    void shouldReportQueuesThatWereNeverAskedFor() {
        Scenario.mediated()
                .enable()
                .createPair(1, 8)
                .judged()
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportEachEnableOnce() {
        Scenario.log()
                .enable()
                .asksForQueues()
                .createPair(1, 8)
                .cc(0)
                .enable()
                .createPair(1, 8)
                .createPair(2, 8)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldWhenAskedJustBefore() {
        Scenario.mediated().enable().asksForQueues().createPair(1, 8).judged().holds(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        Scenario.mediated().enable().lost(3).createPair(1, 8).judged().unknown(RULE);
    }
}
