package io.nvmetap.rule.completion;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class GuestCqOverrunTest {
    private static final String RULE = "guest-cq-overrun";

    private static Scenario copies(Scenario s, int from, int to) {
        for (int cid = from; cid <= to; cid++) {
            s.fetched(1, cid).emitted(1, cid).seen(1, cid).copied(1, cid);
        }
        return s;
    }

    private static Scenario refused(Scenario s) {
        return copies(s.ready(), 1, 7).fetched(1, 8).emitted(1, 8).seen(1, 8);
    }

    @Test
    void shouldReportACopyIntoAFullQueue() {
        copies(Scenario.mediated().ready(), 1, 8)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhileOneSlotStaysFree() {
        Scenario s = copies(Scenario.mediated().ready(), 1, 7).cq(Side.GUEST, 1, 1);
        copies(s.cq(Side.DEVICE, 1, 1), 8, 8).judged().holds(RULE);
    }

    @Test
    void shouldNotCountWhereTheMediatorUsedAnotherSlot() {
        copies(Scenario.mediated().ready().standsAt(Side.GUEST, 1, 3), 1, 8)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldReportACompletionForgottenWhenThereWasRoom() {
        refused(Scenario.mediated())
                .cq(Side.GUEST, 1, 7)
                .cq(Side.DEVICE, 1, 7)
                .heartbeatAfterMs(310)
                .judged()
                .besides("command-stall")
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportItSoonerFromAMediatorAtWork() {
        refused(Scenario.mediated())
                .cq(Side.GUEST, 1, 7)
                .cq(Side.DEVICE, 1, 7)
                .eventRequest(9)
                .heartbeatAfterMs(11)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheCopyFollows() {
        refused(Scenario.mediated())
                .heartbeatAfterMs(100)
                .cq(Side.GUEST, 1, 7)
                .cq(Side.DEVICE, 1, 7)
                .us(5_000)
                .copied(1, 8)
                .heartbeatAfterMs(310)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldAskForNothingAfterAReset() {
        refused(Scenario.mediated())
                .cq(Side.GUEST, 1, 7)
                .reset(Edge.BEGIN)
                .cc(Side.DEVICE, 0)
                .reset(Edge.END)
                .heartbeatAfterMs(310)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        refused(Scenario.mediated())
                .cq(Side.GUEST, 1, 7)
                .lost(1)
                .heartbeatAfterMs(310)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutDoorbellsOfTheGuest() {
        copies(Scenario.mediatedBlindFor(Unseen.GUEST_SIDE).ready(), 1, 8).judged().unknown(RULE);
        copies(Scenario.mediated().ready().shadowCq(Side.GUEST, 1, 0), 1, 8)
                .judged()
                .violatesNoneOf(RULE);
    }
}
