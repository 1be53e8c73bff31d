package io.nvmetap.rule.register;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class TakeoverFromRunningControllerTest {
    private static final String RULE = "takeover-from-running-controller";
    private static final int ON = 0x460001;
    private static final int OFF = 0x460000;

    @Test
    void shouldReportAnAdminQueueOfARunningController() {
        Scenario.mediated()
                .reads(Side.DEVICE, Registers.CC, 4, ON)
                .adminQueues(Side.DEVICE, 0x1f001f, 0x1000, 0x2000)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportTheGuestThatDoesIt() {
        Scenario.mediated()
                .enable()
                .writes(Side.GUEST, Registers.AQA, 0xf000f)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldReportAWriteWhileRdyStillReads1() {
        Scenario.log()
                .enable()
                .cc(OFF)
                .csts(Side.DEVICE, 1)
                .writes(Side.DEVICE, Registers.ASQ, 0x1000)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldAfterADisable() {
        Scenario.log()
                .enable()
                .cc(OFF)
                .csts(Side.DEVICE, 1)
                .csts(Side.DEVICE, 0)
                .adminQueues(Side.DEVICE, 0x1f001f, 0x1000, 0x2000)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldAfterAReset() {
        Scenario.log()
                .enable()
                .machineReset()
                .adminQueues(Side.DEVICE, 0x1f001f, 0x1000, 0x2000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        Scenario.log()
                .enable()
                .lost(2)
                .writes(Side.DEVICE, Registers.AQA, 0xf000f)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldNotKnowAControllerThatWasNeverSeen() {
        Scenario.log().lost(1).writes(Side.DEVICE, Registers.AQA, 0xf000f).judged().unknown(RULE);
    }
}
