package io.nvmetap.rule.request;

import io.nvmetap.event.Edge;
import io.nvmetap.event.RequestStep;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class PausedRequestFreedOnResetTest {
    private static final String RULE = "paused-request-freed-on-reset";

    private static Scenario paused() {
        return Scenario.mediated().ready().fetched(1, 1).request(RequestStep.PAUSED, 1, 1);
    }

    @Test
    void shouldReportOneThatIsResumedAfterItWasFreed() {
        paused().guestReset(Edge.BEGIN)
                .request(RequestStep.FREED, 1, 1)
                .guestReset(Edge.END)
                .heartbeatAfterMs(25)
                .request(RequestStep.RESUMED, 1, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportOneThatIsFreedTwice() {
        paused().guestReset(Edge.BEGIN)
                .request(RequestStep.FREED, 1, 1)
                .request(RequestStep.FREED, 1, 1)
                .guestReset(Edge.END)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportOneThatReachesTheControllerAfterTheReset() {
        paused().guestReset(Edge.BEGIN)
                .cc(0x460000)
                .guestReset(Edge.END)
                .ready()
                .request(RequestStep.RESUMED, 1, 1)
                .emitted(1, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldIfItIsResumedAndSubmittedInItsLife() {
        paused().request(RequestStep.RESUMED, 1, 1).emitted(1, 1).judged().holds(RULE);
    }

    @Test
    void shouldHoldIfItIsFreedAndLeftAlone() {
        paused().guestReset(Edge.BEGIN)
                .request(RequestStep.FREED, 1, 1)
                .guestReset(Edge.END)
                .heartbeatAfterMs(100)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldHoldIfTheInterceptorGivesItBackLater() {
        paused().machineReset()
                .request(RequestStep.RESUMED, 1, 1)
                .request(RequestStep.FREED, 1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotKnowAcrossAGap() {
        paused().request(RequestStep.FREED, 1, 1)
                .lost(3)
                .request(RequestStep.RESUMED, 1, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldNotKnowWhereNothingIsPausedOrNobodyMediates() {
        Scenario.mediated().ready().fetched(1, 1).emitted(1, 1).judged().unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
