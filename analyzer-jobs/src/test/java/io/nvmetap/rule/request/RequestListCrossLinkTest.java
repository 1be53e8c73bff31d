package io.nvmetap.rule.request;

import io.nvmetap.event.Edge;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class RequestListCrossLinkTest {
    private static final String RULE = "request-list-cross-link";

    /** The source tells what becomes of requests. */
    private static Scenario telling() {
        return Scenario.mediated()
                .ready()
                .ownRequest(RequestStep.QUEUED, 1, 90)
                .ownRequest(RequestStep.FREED, 1, 90);
    }

    @Test
    void shouldReportACommandSubmittedTwice() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .emittedAgain(1, 1, 5, 0x1000)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNotAccuseTheControllerOfTheSecondCompletion() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .emittedAgain(1, 1, 5, 0x1000)
                .seenAs(1, 1, 1)
                .copied(1, 1)
                .seenAs(1, 1, 5)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldTakeOneThatIsSplitForTwo() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .emittedAgain(1, 1, 5, 0x9000)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldLetWhatFailedBeTriedAgain() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .refused(1, 1, 6)
                .emittedAgain(1, 1, 1, 0x1000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldReportALaterOneFirst() {
        telling()
                .fetched(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .emitted(1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldLetAPausedOneBeOvertaken() {
        telling()
                .fetched(1, 1)
                .request(RequestStep.PAUSED, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .request(RequestStep.RESUMED, 1, 1)
                .emitted(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeTheOrderOfASourceThatTellsOfNoPause() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .emitted(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportOneThatIsLost() {
        telling()
                .fetched(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .heartbeatAfterMs(1_001)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldLetTheMediatorAnswerOneItself() {
        telling()
                .fetched(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .copied(1, 1)
                .seen(1, 2)
                .copied(1, 2)
                .heartbeatAfterMs(1_500)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldForgetWhatADeletedQueueOrAResetTookAway() {
        telling()
                .fetched(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .deletesSq(1)
                .heartbeatAfterMs(1_500)
                .judged()
                .violatesNoneOf(RULE);
        telling()
                .fetched(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .heartbeatAfterMs(1_500)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotKnowAcrossAGapOrWithoutASide() {
        telling()
                .fetched(1, 1)
                .emitted(1, 1)
                .lost(2)
                .emittedAgain(1, 1, 5, 0x1000)
                .judged()
                .unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.DEVICE_SIDE).ready().judged().unknown(RULE);
    }
}
