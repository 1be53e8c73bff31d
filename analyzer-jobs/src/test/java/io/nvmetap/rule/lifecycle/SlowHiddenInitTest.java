package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class SlowHiddenInitTest {
    private static final String RULE = "slow-hidden-init";
    private static final int IDENTIFY = 0x06;

    /** Identify commands of the mediator's own, one after another. */
    private static Scenario identifies(Scenario s, int count, long eachMs) {
        for (int i = 0; i < count; i++) {
            int cid = 500 + i;
            s.admin(EventKind.COMMAND_EMITTED, IDENTIFY, cid, 0x1000, Owner.MEDIATOR)
                    .us(eachMs * 1_000)
                    .seenOwn(0, cid);
        }
        return s;
    }

    private static Scenario waiting() {
        return rung(Scenario.mediated().enable(), 1);
    }

    /** The guest rings; the mediator says that it goes first. */
    private static Scenario rung(Scenario s, int tail) {
        return s.sq(Side.GUEST, 0, tail).decides(DecisionKind.PAUSED, 0);
    }

    private static Scenario served(Scenario s) {
        return s.admin(EventKind.COMMAND_FETCHED, IDENTIFY, 1, 0x9000, Owner.GUEST)
                .admin(EventKind.COMMAND_EMITTED, IDENTIFY, 1, 0x9000, Owner.GUEST)
                .seen(0, 1)
                .copied(0, 1);
    }

    @Test
    void shouldReportATailThatWaitsForARowOfOwnCommands() {
        served(identifies(waiting(), 120, 5))
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportACommandThatWaitsInsideTheMediator() {
        Scenario s = waiting().admin(EventKind.COMMAND_FETCHED, IDENTIFY, 1, 0x9000, Owner.GUEST);
        identifies(s, 120, 5).judged().violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheGuestIsServedBetween() {
        Scenario s = waiting();
        for (int i = 0; i < 4; i++) {
            rung(served(identifies(s, 40, 5)), i + 2);
        }
        s.judged().holds(RULE);
    }

    @Test
    void shouldHoldForAShortScan() {
        served(identifies(waiting(), 60, 5)).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhileTheGuestAsksForNothing() {
        served(identifies(Scenario.mediated().enable(), 400, 5).sq(Side.GUEST, 0, 1))
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldLeaveOneSlowCommandToTheController() {
        served(identifies(identifies(waiting(), 10, 5), 1, 1_500)).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotCountAcrossAReset() {
        Scenario s = identifies(waiting(), 60, 5).machineReset().enable().sq(Side.GUEST, 0, 1);
        served(identifies(s, 60, 5)).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        identifies(identifies(waiting(), 60, 5).lost(1), 60, 5).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutBothSides() {
        Scenario.log().ready().judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.GUEST_SIDE).ready().judged().unknown(RULE);
    }
}
