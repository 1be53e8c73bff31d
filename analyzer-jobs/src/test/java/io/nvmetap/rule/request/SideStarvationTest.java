package io.nvmetap.rule.request;

import io.nvmetap.event.Edge;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class SideStarvationTest {
    private static final String RULE = "side-starvation";

    private static Scenario ready() {
        return Scenario.mediated().ready();
    }

    /** One own command after another, one at a time, each so long. */
    private static Scenario own(Scenario s, int number, long ms) {
        for (int i = 0; i < number; i++) {
            s.own(1, 2).heartbeatAfterMs(ms).seenOwn(1, 2).cq(Side.DEVICE, 1, (i + 1) % 8);
        }
        return s;
    }

    /** The same of the guest. */
    private static Scenario guest(Scenario s, int number, long ms) {
        for (int i = 0; i < number; i++) {
            s.sq(Side.GUEST, 1, (i + 1) % 8).fetched(1, 1).emitted(1, 1).heartbeatAfterMs(ms);
            s.seen(1, 1).copied(1, 1).cq(Side.GUEST, 1, (i + 1) % 8);
            s.cq(Side.DEVICE, 1, (i + 1) % 8);
        }
        return s;
    }

    @Test
    void shouldReportAGuestThatWaitsWhileOwnCommandsGoOn() {
        own(ready().own(1, 3).sq(Side.GUEST, 1, 1), 13, 90)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportOwnCommandsThatWaitWhileTheGuestGoesOn() {
        guest(ready().ownRequest(RequestStep.QUEUED, 1, 9), 13, 90)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportWaitsThatAreTooLongTooOften() {
        Scenario s = guest(ready(), 98, 1);
        for (int i = 0; i < 4; i++) {
            own(s.sq(Side.GUEST, 1, (98 + i + 1) % 8), 3, 90).fetched(1, 1).emitted(1, 1);
            s.seen(1, 1).copied(1, 1).cq(Side.GUEST, 1, (98 + i + 1) % 8);
        }
        s.judged().violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldIfTurnsEnd() {
        Scenario s = ready();
        for (int i = 0; i < 20; i++) {
            own(s.sq(Side.GUEST, 1, (i + 1) % 8), 3, 20).fetched(1, 1).emitted(1, 1);
            s.seen(1, 1).copied(1, 1).cq(Side.GUEST, 1, (i + 1) % 8);
        }
        s.judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotTakeASlowControllerForAnEndlessTurn() {
        Scenario s = ready().sq(Side.GUEST, 1, 1).own(1, 2);
        for (int i = 0; i < 15; i++) {
            s.heartbeatAfterMs(100);
        }
        s.seenOwn(1, 2).fetched(1, 1).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotSpeakOfOtherQueues() {
        Scenario s = ready().createPair(2, 8).sq(Side.GUEST, 2, 1);
        own(s, 13, 90).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetAtAResetAndAtAGap() {
        Scenario s = own(ready().sq(Side.GUEST, 1, 1), 6, 90);
        own(s.reset(Edge.BEGIN).reset(Edge.END).ready(), 8, 90).judged().violatesNoneOf(RULE);
        own(own(ready().sq(Side.GUEST, 1, 1), 6, 90).lost(2), 8, 90).judged().unknown(RULE);
    }

    @Test
    void shouldNotKnowWithoutTheGuestSide() {
        Scenario.mediatedBlindFor(Unseen.GUEST_SIDE).ready().own(1, 2).judged().unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
