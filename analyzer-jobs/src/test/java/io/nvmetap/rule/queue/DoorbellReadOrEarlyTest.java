package io.nvmetap.rule.queue;

import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class DoorbellReadOrEarlyTest {
    private static final String RULE = "doorbell-read-or-early";

    @Test
    void shouldReportARead() {
        Scenario.mediated()
                .ready()
                .reads(Side.GUEST, Registers.DOORBELL_BASE, 4, 0)
                .judged()
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAQueueThatDoesNotExist() {
        Scenario.mediated()
                .ready()
                .sq(Side.GUEST, 2, 1)
                .cq(Side.DEVICE, 3, 1)
                .judged()
                .violates(RULE, Party.GUEST, Party.MEDIATOR);
    }

    @Test
    void shouldReportADisabledController() {
        Scenario.log().sq(Side.DEVICE, 0, 1).judged().violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldReportAControllerThatIsNotReady() {
        Scenario.log()
                .enable()
                .csts(Side.DEVICE, 0)
                .sq(Side.DEVICE, 0, 1)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldOnceReady() {
        Scenario.log()
                .enable()
                .csts(Side.DEVICE, 0)
                .csts(Side.DEVICE, 1)
                .sq(Side.DEVICE, 0, 1)
                .csts(Side.DEVICE, 0) // it has fallen since
                .sq(Side.DEVICE, 0, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldForAHeadThatIsLate() {
        Scenario.log()
                .ready()
                .sq(Side.DEVICE, 1, 1)
                .emitted(1, 5)
                .seen(1, 5)
                .deletesSq(1)
                .deletesCq(1)
                .cq(Side.DEVICE, 1, 1)
                .cc(0x460000)
                .cq(Side.DEVICE, 1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportATailOfADeletedQueue() {
        Scenario.log()
                .ready()
                .deletesSq(1)
                .sq(Side.DEVICE, 1, 1)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        Scenario.log().ready().lost(1).sq(Side.DEVICE, 7, 1).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereEnablesAreNotSeen() {
        Scenario.mediatedBlindFor(Unseen.OTHER).ready().sq(Side.GUEST, 7, 1).judged().unknown(RULE);
    }
}
