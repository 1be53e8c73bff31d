package io.nvmetap.rule.completion;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class OverCommitStallTest {
    private static final String RULE = "over-commit-stall";

    private static Scenario crowded(Scenario s, int commands) {
        s.ready();
        for (int cid = 1; cid <= commands; cid++) {
            s.fetched(1, cid);
        }
        return s;
    }

    @Test
    void shouldReportAMediatorThatDoesNotGoOn() {
        crowded(Scenario.mediated(), 8)
                .sq(Side.GUEST, 1, 2)
                .copied(1, 1)
                .cq(Side.GUEST, 1, 1)
                .heartbeatAfterMs(310)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAControllerThatDoesNotGoOn() {
        Scenario s = Scenario.log().ready();
        for (int cid = 1; cid <= 8; cid++) {
            s.emitted(1, cid);
        }
        s.sq(Side.DEVICE, 1, 2)
                .seen(1, 1)
                .cq(Side.DEVICE, 1, 1)
                .heartbeatAfterMs(310)
                .judged()
                .violates(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldWhenItGoesOn() {
        crowded(Scenario.mediated(), 8)
                .sq(Side.GUEST, 1, 2)
                .copied(1, 1)
                .cq(Side.GUEST, 1, 1)
                .fetched(1, 9)
                .fetched(1, 10)
                .heartbeatAfterMs(310)
                .judged()
                .besides("command-stall")
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeAQueueThatIsNotOverCommitted() {
        crowded(Scenario.mediated(), 7)
                .sq(Side.GUEST, 1, 2)
                .copied(1, 1)
                .heartbeatAfterMs(310)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldWaitForACompletion() {
        crowded(Scenario.mediated(), 8)
                .sq(Side.GUEST, 1, 2)
                .heartbeatAfterMs(310)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetAtAResetAndAGap() {
        crowded(Scenario.mediated(), 8)
                .sq(Side.GUEST, 1, 2)
                .copied(1, 1)
                .reset(Edge.BEGIN)
                .heartbeatAfterMs(310)
                .judged()
                .violatesNoneOf(RULE);
        crowded(Scenario.mediated(), 8)
                .sq(Side.GUEST, 1, 2)
                .copied(1, 1)
                .lost(1)
                .heartbeatAfterMs(310)
                .judged()
                .unknown(RULE);
    }
}
