package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class LateCqeForDisabledQueueTest {
    private static final String RULE = "late-cqe-for-disabled-queue";

    /** A Read that the controller has. */
    private static Scenario reading(Scenario s) {
        return s.ready().fetched(1, 1).emitted(1, 1);
    }

    @Test
    void shouldReportACopyOfWhatCameAfterTheDelete() {
        reading(Scenario.mediated())
                .deletesSq(1)
                .seen(1, 1)
                .copied(1, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportACopyIntoADeletedCompletionQueue() {
        reading(Scenario.mediated())
                .seen(1, 1)
                .deletesSq(1)
                .deletesCq(1)
                .copied(1, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportACopyAfterTheGuestReadThatTheControllerIsOff() {
        reading(Scenario.mediated())
                .seen(1, 1)
                .cc(0x464001)
                .cc(0)
                .reads(Side.GUEST, Registers.CSTS, 4, 0)
                .copied(1, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenALateCompletionIsDropped() {
        reading(Scenario.mediated()).deletesSq(1).seen(1, 1).deletesCq(1).judged().holds(RULE);
    }

    @Test
    void shouldNotMindACopyWhileTheGuestStillSeesItReady() {
        reading(Scenario.mediated())
                .seen(1, 1)
                .cc(0x464001)
                .cc(0)
                .reads(Side.GUEST, Registers.CSTS, 4, 1)
                .copied(1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldHoldForAQueueCreatedAgain() {
        Scenario s = Scenario.mediated().ready().deletesSq(1).deletesCq(1).createPair(1, 8);
        s.fetched(1, 1).emitted(1, 1).seenWith(1, 1, 1).copied(1, 1).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetAtTheNextEnable() {
        Scenario s = Scenario.mediated().ready().cc(0x464001).cc(0).reset(Edge.BEGIN);
        reading(s.reset(Edge.END)).seen(1, 1).copied(1, 1).judged().holds(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        reading(Scenario.mediated())
                .deletesSq(1)
                .seen(1, 1)
                .lost(1)
                .copied(1, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutTheGuestSide() {
        Scenario.log().ready().deletesSq(1).judged().unknown(RULE);
        reading(Scenario.mediatedBlindFor(Unseen.GUEST_SIDE)).judged().unknown(RULE);
    }
}
