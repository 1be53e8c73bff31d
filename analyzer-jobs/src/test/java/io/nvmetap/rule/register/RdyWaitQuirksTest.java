package io.nvmetap.rule.register;

import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class RdyWaitQuirksTest {
    private static final String RULE = "rdy-wait-quirks";

    /** TO: 2 units of 500 ms. */
    private static final long CAP = 4L << 52 | 1L << 37 | 2L << 24 | 0xFF;

    private static final int ON = 0x460001;
    private static final int OFF = 0x460000;

    private static Scenario log() {
        return Scenario.log().readsCap(Side.DEVICE, CAP);
    }

    @Test
    void shouldReportRdyThatIsNeverCleared() {
        log().cc(ON)
                .csts(Side.DEVICE, 1)
                .cc(OFF)
                .csts(Side.DEVICE, 1)
                .heartbeatAfterMs(1_001)
                .csts(Side.DEVICE, 1)
                .csts(Side.DEVICE, 1)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportRdyThatIsNeverSet() {
        log().cc(ON)
                .heartbeatAfterMs(1_001)
                .csts(Side.DEVICE, 0)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldReportAllOnes() {
        log().cc(ON)
                .csts(Side.DEVICE, 1)
                .cc(OFF)
                .heartbeatAfterMs(1_001)
                .csts(Side.DEVICE, 0xFFFF_FFFFL)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldWithinTheTimeOfCap() {
        log().cc(ON)
                .heartbeatAfterMs(900)
                .csts(Side.DEVICE, 0)
                .heartbeatAfterMs(50)
                .csts(Side.DEVICE, 1)
                .heartbeatAfterMs(5_000)
                .csts(Side.DEVICE, 0) // later, for another reason
                .cc(OFF)
                .csts(Side.DEVICE, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportASecondEnableTooEarly() {
        log().cc(ON)
                .csts(Side.DEVICE, 1)
                .cc(OFF)
                .csts(Side.DEVICE, 1)
                .cc(ON)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldForAControllerThatKeepsRdy() {
        Scenario.keepsReady()
                .readsCap(Side.DEVICE, CAP)
                .cc(Side.DEVICE, ON)
                .csts(Side.DEVICE, 1)
                .cc(Side.DEVICE, OFF)
                .csts(Side.DEVICE, 1)
                .adminQueues(Side.DEVICE, 0x1f001f, 0x1000, 0x2000)
                .cc(Side.DEVICE, ON)
                .csts(Side.DEVICE, 1)
                .judged()
                .holds(RULE)
                .holds("takeover-from-running-controller");
    }

    @Test
    void shouldReportAMediatorThatDoesNotPassItOn() {
        Scenario.mediated()
                .readsCap(Side.GUEST, CAP)
                .cc(Side.GUEST, ON)
                .cc(Side.DEVICE, ON)
                .csts(Side.DEVICE, 1)
                .heartbeatAfterMs(1_001)
                .csts(Side.GUEST, 0)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotAccuseTheMediatorOfALateController() {
        Scenario.mediated()
                .readsCap(Side.GUEST, CAP)
                .cc(Side.GUEST, ON)
                .cc(Side.DEVICE, ON)
                .csts(Side.DEVICE, 0)
                .heartbeatAfterMs(1_001)
                .csts(Side.GUEST, 0)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGapOrAReset() {
        log().cc(ON).heartbeatAfterMs(1_001).lost(1).csts(Side.DEVICE, 0).judged().unknown(RULE);
        log().cc(ON)
                .heartbeatAfterMs(1_001)
                .machineReset()
                .csts(Side.DEVICE, 0)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutCapOrValues() {
        Scenario.log().cc(ON).heartbeatAfterMs(90_000).csts(Side.DEVICE, 0).judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.REGISTER_READ_VALUES)
                .readsCap(Side.DEVICE, CAP)
                .cc(Side.DEVICE, ON)
                .heartbeatAfterMs(1_001)
                .csts(Side.DEVICE, 0)
                .judged()
                .unknown(RULE);
    }
}
