package io.nvmetap.rule.request;

import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class HostRequestWaitsForEverTest {
    private static final String RULE = "host-request-waits-for-ever";

    /** An own Read is out, and the guest rings. */
    private static Scenario held() {
        return Scenario.mediated().ready().own(1, 2).sq(Side.GUEST, 1, 1);
    }

    /** So long that heartbeats tell of it. */
    private static Scenario wait(Scenario s, int seconds) {
        for (int i = 0; i < 10 * seconds; i++) {
            s.heartbeatAfterMs(100);
        }
        return s;
    }

    @Test
    void shouldReportAGuestThatIsHeldForAnOwnCommand() {
        wait(held(), 11).judged().violates(RULE, Party.MEDIATOR).isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportItOnceAndTheControllerForItsDelayAndItsSilence() {
        wait(held(), 30)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .violates("command-stall", Party.CONTROLLER, Party.CONTROLLER);
    }

    @Test
    void shouldNotSpeakIfTheMediatorGivesUpInTime() {
        Scenario s = wait(held(), 6).fetched(1, 1).emitted(1, 1).seen(1, 1).copied(1, 1);
        wait(s, 10).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotSpeakOfAGuestOnAnotherQueue() {
        Scenario s = Scenario.mediated().ready().own(0, 2).sq(Side.GUEST, 1, 1);
        wait(s, 11).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldHoldIfItIsAnswered() {
        Scenario.mediated()
                .ready()
                .own(1, 2)
                .sq(Side.GUEST, 1, 1)
                .heartbeatAfterMs(9)
                .seenOwn(1, 2)
                .fetched(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldForgetWhatAResetTookAway() {
        wait(held().machineReset(), 11).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotKnowAcrossAGapOrWithoutTheGuestSide() {
        wait(held().lost(4), 11).judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.GUEST_SIDE).ready().own(1, 2).judged().unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
