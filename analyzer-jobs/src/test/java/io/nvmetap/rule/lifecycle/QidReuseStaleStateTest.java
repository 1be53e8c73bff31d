package io.nvmetap.rule.lifecycle;

import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class QidReuseStaleStateTest {
    private static final String RULE = "qid-reuse-stale-state";

    /** Queue pair 1 was used for two commands, deleted, and created again. */
    private static Scenario reopened(Scenario s) {
        s.ready();
        for (int cid = 1; cid <= 2; cid++) {
            s.fetchedAt(1, cid - 1, cid).emitted(1, cid).seenWith(1, cid, cid).copied(1, cid);
        }
        return s.deletesSq(1).deletesCq(1).createPair(1, 8);
    }

    private static Scenario reopened() {
        return reopened(Scenario.mediated());
    }

    @Test
    void shouldReportAMediatorThatGoesOnFetchingWhereItStood() {
        reopened()
                .fetchedAt(1, 2, 3)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAMediatorThatGoesOnPlacingWhereItStood() {
        reopened()
                .fetchedAt(1, 0, 3)
                .atSlot(1, 2)
                .emitted(1, 3)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportAControllerThatGoesOnWhereItStood() {
        reopened()
                .fetchedAt(1, 0, 3)
                .emitted(1, 3)
                .seenWith(1, 3, 3)
                .judged()
                .violates(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportACompletionOfACommandOfTheQueueBefore() {
        reopened()
                .fetchedAt(1, 0, 3)
                .emitted(1, 3)
                .seenWith(1, 2, 1)
                .judged()
                .violates(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldWhenTheQueueStartsAnew() {
        reopened()
                .fetchedAt(1, 0, 3)
                .emitted(1, 3)
                .seenWith(1, 3, 1)
                .copied(1, 3)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotBlameTheQueueForALateCompletionOfTheOneBefore() {
        Scenario.mediated()
                .ready()
                .fetchedAt(1, 0, 1)
                .emitted(1, 1)
                .deletesSq(1)
                .deletesCq(1)
                .createPair(1, 8)
                .fetchedAt(1, 0, 3)
                .emitted(1, 3)
                .seenWith(1, 1, 2)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotCountAcrossAReset() {
        Scenario.mediated()
                .ready()
                .machineReset()
                .ready()
                .fetchedAt(1, 0, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        reopened().lost(1).fetchedAt(1, 2, 3).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereNoSlotWasSeen() {
        reopened().fetchedAt(1, -1, 3).atSlot(1, -1).emitted(1, 3).judged().unknown(RULE);
    }
}
