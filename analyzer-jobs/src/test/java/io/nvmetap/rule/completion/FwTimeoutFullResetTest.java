package io.nvmetap.rule.completion;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class FwTimeoutFullResetTest {
    private static final String RULE = "fw-timeout-full-reset";

    /** A queue that holds one command, used for four; the fifth is given up after half a second. */
    private static Scenario gaveUp(Scenario s) {
        s.enable().asksForQueues().createPair(1, 2);
        for (int cid = 1; cid <= 4; cid++) {
            s.sq(Side.DEVICE, 1, cid % 2).emitted(1, cid).seen(1, cid).cq(Side.DEVICE, 1, cid % 2);
        }
        return s.sq(Side.DEVICE, 1, 1).emitted(1, 5).heartbeatAfterMs(500);
    }

    private static Scenario sendsSixth(Scenario s) {
        return s.sq(Side.DEVICE, 1, 0).emitted(1, 6);
    }

    private static Scenario takesFifth(Scenario s) {
        return s.seen(1, 5).cq(Side.DEVICE, 1, 1);
    }

    @Test
    void shouldReportALateCompletionTakenForTheNext() {
        takesFifth(sendsSixth(gaveUp(Scenario.log())))
                .sq(Side.DEVICE, 1, 1)
                .judged()
                .besides("command-stall")
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldForADriverThatWaitsOn() {
        takesFifth(sendsSixth(gaveUp(Scenario.log())))
                .seen(1, 6)
                .cq(Side.DEVICE, 1, 0)
                .sq(Side.DEVICE, 1, 1)
                .judged()
                .besides("command-stall")
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeADriverThatResets() {
        gaveUp(Scenario.log())
                .cc(0)
                .enable()
                .asksForQueues()
                .createPair(1, 2)
                .sq(Side.DEVICE, 1, 1)
                .emitted(1, 6)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotJudgeAQueueWithRoomForManyAndInterrupts() {
        Scenario s = Scenario.log().ready();
        for (int cid = 1; cid <= 20; cid++) {
            s.sq(Side.DEVICE, 1, cid % 8).emitted(1, cid).seen(1, cid).cq(Side.DEVICE, 1, cid % 8);
        }
        s.sq(Side.DEVICE, 1, 5).emitted(1, 21).heartbeatAfterMs(500);
        s.sq(Side.DEVICE, 1, 6).emitted(1, 22).seen(1, 21).cq(Side.DEVICE, 1, 5);
        s.sq(Side.DEVICE, 1, 7).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        takesFifth(sendsSixth(gaveUp(Scenario.log())).lost(1))
                .sq(Side.DEVICE, 1, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldForgetAtAReset() {
        takesFifth(sendsSixth(gaveUp(Scenario.log())).reset(Edge.BEGIN).reset(Edge.END))
                .sq(Side.DEVICE, 1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }
}
