package io.nvmetap.rule.completion;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class HostCqeReadWithoutAcquireTest {
    private static final String RULE = "host-cqe-read-without-acquire";

    private static Scenario lapped(Scenario s, int entries) {
        return s.enable().asksForQueues().createPair(1, entries).lap(1, entries);
    }

    private static Scenario next(Scenario s, int cid) {
        return s.fetched(1, cid).emitted(1, cid);
    }

    @Test
    void shouldReportWhatTheSlotHeldALapAgo() {
        next(lapped(Scenario.mediated(), 16), 20)
                .seenWith(1, 1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenTheSameCommandComesAgain() {
        next(lapped(Scenario.mediated(), 16), 1).seenWith(1, 1, 1).judged().holds(RULE);
    }

    @Test
    void shouldLeaveAnotherCommandThatIsNotInFlightToTheController() {
        next(lapped(Scenario.mediated(), 16), 20)
                .seenWith(1, 3, 1)
                .judged()
                .violatesOnly("duplicate-or-late-completion", Party.CONTROLLER);
    }

    @Test
    void shouldAccuseNobodyOfASmallQueue() {
        next(lapped(Scenario.mediated(), 8), 20)
                .seenWith(1, 1, 1)
                .judged()
                .violatesNothing()
                .unknown(RULE)
                .unknown("duplicate-or-late-completion");
    }

    @Test
    void shouldAccuseNobodyOfWhatFollows() {
        // Command 1 may have ended by what was command 20's: then it ends again.
        next(next(lapped(Scenario.mediated(), 16), 1), 20)
                .seenWith(1, 1, 1)
                .seenWith(1, 1, 2)
                .judged()
                .violatesNothing()
                .unknown("duplicate-or-late-completion");
    }

    @Test
    void shouldNotSayWhoOwesACompletionThatMayHaveBeenMisread() {
        next(lapped(Scenario.mediated(), 16), 20)
                .sq(Side.DEVICE, 1, 1)
                .seenWith(1, 1, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violates("command-stall", Party.UNKNOWN);
    }

    @Test
    void shouldForgetAtAReset() {
        Scenario s = lapped(Scenario.mediated(), 16).reset(Edge.BEGIN).cc(Side.DEVICE, 0);
        s.reset(Edge.END).enable().asksForQueues().createPair(1, 16);
        next(s, 20).seenWith(1, 1, 1).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        lapped(Scenario.mediated(), 16).lost(1).seenWith(1, 1, 1).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutSlotsOrMediator() {
        next(lapped(Scenario.mediatedBlindFor(Unseen.SLOTS), 16), 20)
                .seenWith(1, 1, 1)
                .judged()
                .unknown(RULE);
        Scenario.log().ready().emitted(1, 1).seen(1, 1).judged().unknown(RULE);
    }
}
