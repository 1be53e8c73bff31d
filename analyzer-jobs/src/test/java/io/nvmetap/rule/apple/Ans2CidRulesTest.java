package io.nvmetap.rule.apple;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class Ans2CidRulesTest {
    private static final String RULE = "ans2-cid-rules";

    @Test
    void shouldReportAnIdentifierThatAnEventRequestHas() {
        Scenario.ans2()
                .ready()
                .eventRequest(7)
                .fetched(1, 7)
                .emitted(1, 7)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAnIdentifierOfAnotherIoQueue() {
        Scenario.ans2Log()
                .ready()
                .createPair(2, 8)
                .emitted(1, 9)
                .emitted(2, 9)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldReportAnIdentifierAbove253OnceAnEnable() {
        Scenario.ans2Log()
                .ready()
                .emitted(1, 254)
                .emitted(1, 255)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldAtTheHighestIdentifier() {
        Scenario.ans2().ready().fetched(1, 253).emitted(1, 253).judged().holds(RULE);
    }

    @Test
    void shouldHoldAfterTheCompletion() {
        Scenario.ans2Log()
                .ready()
                .createPair(2, 8)
                .emitted(1, 9)
                .seen(1, 9)
                .emitted(1, 10)
                .emitted(1, 11)
                .emitted(2, 9)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldAfterAReset() {
        Scenario.ans2()
                .ready()
                .eventRequest(7)
                .cc(0x464001)
                .cc(0)
                .ready()
                .fetched(1, 7)
                .emitted(1, 7)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldAfterTheQueueWasDeleted() {
        Scenario.ans2Log()
                .ready()
                .createPair(2, 8)
                .emitted(1, 9)
                .deletesSq(1)
                .emitted(2, 9)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeOtherControllers() {
        Scenario.apple()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .eventRequest(7)
                .fetched(1, 7)
                .emitted(1, 7)
                .fetched(1, 300)
                .emitted(1, 300)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        Scenario.ans2()
                .ready()
                .eventRequest(7)
                .lost(3)
                .fetched(1, 7)
                .emitted(1, 7)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeOnceACompletionHasNoCommand() {
        Scenario.ans2Log()
                .ready()
                .createPair(2, 8)
                .emitted(1, 9)
                .seen(1, 8)
                .emitted(2, 9)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldJudgeAgainAfterTheNextEnable() {
        Scenario.ans2()
                .ready()
                .fetched(1, 254)
                .emitted(1, 254)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .ready()
                .eventRequest(7)
                .fetched(1, 7)
                .emitted(1, 7)
                .judged()
                .violates(RULE, Party.MEDIATOR, Party.MEDIATOR);
    }
}
