package io.nvmetap.rule.completion;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class StalePhaseOrIndexAfterRecreateTest {
    private static final String RULE = "stale-phase-or-index-after-recreate";

    private static Scenario again(Scenario s, int entries) {
        return s.enable()
                .asksForQueues()
                .createPair(1, entries)
                .lap(1, entries)
                .deletesSq(1)
                .deletesCq(1)
                .createPair(1, entries);
    }

    private static Scenario one(Scenario s) {
        return s.fetched(1, 20).emitted(1, 20).seenWith(1, 20, 1).copied(1, 20);
    }

    @Test
    void shouldReportAQueueThatGoesOnWhereTheFormerEnded() {
        one(again(Scenario.mediated(), 16).standsAt(Side.GUEST, 1, 5))
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAPhaseThatGoesOn() {
        one(again(Scenario.mediated(), 16).standsAt(Side.GUEST, 1, 16))
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportALeftoverTakenForNew() {
        again(Scenario.mediated(), 16)
                .fetched(1, 20)
                .emitted(1, 20)
                .seenWith(1, 1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldForAQueueThatBeginsAtTheBeginning() {
        one(again(Scenario.mediated(), 16)).judged().holds(RULE);
    }

    @Test
    void shouldAccuseNobodyOfLeftoversInASmallQueue() {
        again(Scenario.mediated(), 8)
                .fetched(1, 20)
                .emitted(1, 20)
                .seenWith(1, 1, 1)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeAQueueThatWasThereBeforeTheGap() {
        one(again(Scenario.mediated(), 16).lost(1).standsAt(Side.GUEST, 1, 5))
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldJudgeEachLifeByItself() {
        Scenario s = one(again(Scenario.mediated(), 16)).reset(Edge.BEGIN).cc(Side.DEVICE, 0);
        one(s.reset(Edge.END).enable().asksForQueues().createPair(1, 16))
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownWithoutPhaseOrMediator() {
        one(again(Scenario.mediatedBlindFor(Unseen.CQE_PHASE), 16).standsAt(Side.GUEST, 1, 5))
                .judged()
                .unknown(RULE);
        Scenario.log().ready().emitted(1, 1).seen(1, 1).judged().unknown(RULE);
    }
}
