package io.nvmetap.rule.completion;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class BatchPublishedBeforeAccountingTest {
    private static final String RULE = "batch-published-before-accounting";
    private static final String HEAD = "CQ head";

    /** One Read is back at the guest, acknowledged by nobody. */
    private static Scenario copied(Scenario s) {
        return s.ready()
                .cq(Side.GUEST, 0, 3)
                .cq(Side.DEVICE, 0, 3)
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1);
    }

    private static Scenario copied() {
        return copied(Scenario.mediated());
    }

    @Test
    void shouldReportAHeadThatIsIgnored() {
        copied().cq(Side.GUEST, 1, 1)
                .decidesOf(DecisionKind.IGNORED, HEAD, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAHeadThatIsIgnoredThoughOnlyAStoreShowedTheEntry() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .stored(1, 0, 0, 14)
                .fence(1)
                .stored(1, 0, 14, 2)
                .cq(Side.GUEST, 1, 1)
                .decidesOf(DecisionKind.IGNORED, HEAD, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportAHeadThatALivingMediatorDoesNotPassOn() {
        copied().cq(Side.GUEST, 1, 1)
                .us(5)
                .fetched(1, 2)
                .emitted(1, 2)
                .heartbeatAfterMs(11)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenPassedOnInTime() {
        copied().cq(Side.GUEST, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .us(9_900)
                .cq(Side.DEVICE, 1, 1)
                .heartbeatAfterMs(100)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheControllerWasToldBefore() {
        copied().cq(Side.DEVICE, 1, 1)
                .cq(Side.GUEST, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .heartbeatAfterMs(100)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldWaitForAnOlderCompletionThatTheGuestDidNotAcknowledge() {
        Scenario.mediated()
                .ready()
                .cq(Side.GUEST, 0, 3)
                .cq(Side.DEVICE, 0, 3)
                .own(1, 9)
                .fetched(1, 1)
                .emitted(1, 1)
                .seenOwn(1, 9)
                .seen(1, 1)
                .copied(1, 1)
                .cq(Side.GUEST, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .heartbeatAfterMs(100)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldWaitWhileTheHeadIsDeferred() {
        copied().cq(Side.GUEST, 1, 1)
                .decidesOf(DecisionKind.DEFERRED, HEAD, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .heartbeatAfterMs(50)
                .decidesOf(DecisionKind.RESUMED, HEAD, 1)
                .us(9_000)
                .cq(Side.DEVICE, 1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotBlameTheMediatorForIgnoringWhatIsWrong() {
        copied().cq(Side.GUEST, 1, 3)
                .decidesOf(DecisionKind.IGNORED, HEAD, 1)
                .judged()
                .violatesNoneOf(RULE);
        copied().cq(Side.GUEST, 1, 1)
                .cq(Side.GUEST, 1, 1)
                .decidesOf(DecisionKind.IGNORED, HEAD, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotTakeAnotherDecisionForThisOne() {
        copied().cq(Side.GUEST, 1, 1)
                .decidesOf(DecisionKind.IGNORED, "SQ tail", 1)
                .cq(Side.DEVICE, 1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeAMediatorThatGaveUp() {
        copied().decidesOf(DecisionKind.REJECTED, "SQ", 1)
                .cq(Side.GUEST, 1, 1)
                .decidesOf(DecisionKind.IGNORED, HEAD, 1)
                .heartbeatAfterMs(500)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetAtAReset() {
        copied().cq(Side.GUEST, 1, 1)
                .reset(Edge.BEGIN)
                .decidesOf(DecisionKind.IGNORED, HEAD, 1)
                .reset(Edge.END)
                .heartbeatAfterMs(500)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        copied().lost(1)
                .cq(Side.GUEST, 1, 1)
                .decidesOf(DecisionKind.IGNORED, HEAD, 1)
                .heartbeatAfterMs(500)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutDecisionsOrAMediator() {
        copied(Scenario.mediatedBlindFor(Unseen.DECISIONS))
                .cq(Side.GUEST, 1, 1)
                .judged()
                .unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
