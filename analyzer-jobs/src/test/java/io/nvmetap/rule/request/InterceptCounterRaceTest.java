package io.nvmetap.rule.request;

import io.nvmetap.event.Edge;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class InterceptCounterRaceTest {
    private static final String RULE = "intercept-counter-race";

    private static Scenario paused() {
        return Scenario.mediated().ready().fetched(1, 1).request(RequestStep.PAUSED, 1, 1);
    }

    private static Scenario pausedAndDone() {
        return paused().request(RequestStep.RESUMED, 1, 1).emitted(1, 1).seen(1, 1).copied(1, 1);
    }

    @Test
    void shouldReportAResetThatWaitsForNothing() {
        pausedAndDone()
                .guestReset(Edge.BEGIN)
                .heartbeatAfterMs(5_100)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAResetThatEndsWithOneHeld() {
        paused().guestReset(Edge.BEGIN)
                .cc(Side.DEVICE, 0x460000)
                .guestReset(Edge.END)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldIfTheResetWaitsAndEnds() {
        paused().guestReset(Edge.BEGIN)
                .heartbeatAfterMs(6_000)
                .request(RequestStep.FREED, 1, 1)
                .cc(Side.DEVICE, 0x460000)
                .guestReset(Edge.END)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotSpeakOnceTheControllerWasTold() {
        pausedAndDone()
                .guestReset(Edge.BEGIN)
                .cc(Side.DEVICE, 0x460000)
                .heartbeatAfterMs(6_000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotSpeakWhileTheControllerHasCommands() {
        pausedAndDone()
                .fetched(1, 2)
                .emitted(1, 2)
                .guestReset(Edge.BEGIN)
                .heartbeatAfterMs(6_000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotCountEventRequests() {
        pausedAndDone()
                .eventRequest(7)
                .guestReset(Edge.BEGIN)
                .heartbeatAfterMs(5_100)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotKnowWhatWasHeldBeforeAGap() {
        paused().lost(2)
                .enable()
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .fetched(0, 3)
                .request(RequestStep.PAUSED, 0, 3)
                .request(RequestStep.RESUMED, 0, 3)
                .emitted(0, 3)
                .seen(0, 3)
                .copied(0, 3)
                .guestReset(Edge.BEGIN)
                .heartbeatAfterMs(6_000)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldNotKnowWithoutInterceptorOrResets() {
        Scenario.mediated()
                .ready()
                .guestReset(Edge.BEGIN)
                .heartbeatAfterMs(6_000)
                .judged()
                .unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.RESETS).ready().judged().unknown(RULE);
    }
}
