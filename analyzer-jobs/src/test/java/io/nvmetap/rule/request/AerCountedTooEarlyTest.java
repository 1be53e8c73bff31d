package io.nvmetap.rule.request;

import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class AerCountedTooEarlyTest {
    private static final String RULE = "aer-counted-too-early";

    /** Ready, and what was completed is acknowledged. */
    private static Scenario quiet() {
        return Scenario.mediated().ready().cq(Side.DEVICE, 0, 3);
    }

    private static Scenario fetchedEvent(Scenario s) {
        return s.admin(EventKind.COMMAND_FETCHED, 0x0C, 7, 0, Owner.GUEST);
    }

    @Test
    void shouldReportAnOwnCommandThatWaitsForAFetchedEventRequest() {
        fetchedEvent(quiet())
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .heartbeatAfterMs(101)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportOneThatWaitsForASubmittedEventRequestOnceAnEnable() {
        quiet().eventRequest(7)
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .ownRequest(RequestStep.QUEUED, 0, 3)
                .heartbeatAfterMs(101)
                .heartbeatAfterMs(101)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldIfItGoesOut() {
        fetchedEvent(quiet())
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .heartbeatAfterMs(90)
                .own(0, 2)
                .ownRequest(RequestStep.SUBMITTED, 0, 2)
                .heartbeatAfterMs(200)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotSpeakWhileAnotherCommandOfTheGuestIsOut() {
        fetchedEvent(quiet())
                .admin(EventKind.COMMAND_FETCHED, 6, 8, 0x1000, Owner.GUEST)
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .heartbeatAfterMs(150)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldNotSpeakWhileACompletionIsNotAcknowledged() {
        fetchedEvent(Scenario.mediated().ready())
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .heartbeatAfterMs(150)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldNotSpeakWhereNoEventRequestIs() {
        quiet().ownRequest(RequestStep.QUEUED, 0, 2).heartbeatAfterMs(150).judged().unknown(RULE);
    }

    @Test
    void shouldNotSpeakAcrossAGapOrAReset() {
        fetchedEvent(quiet())
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .lost(3)
                .heartbeatAfterMs(150)
                .judged()
                .unknown(RULE)
                .violatesNothing();
        fetchedEvent(quiet())
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .heartbeatAfterMs(150)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotKnowWithoutTheGuestSide() {
        Scenario.mediatedBlindFor(Unseen.GUEST_SIDE)
                .ready()
                .ownRequest(RequestStep.QUEUED, 0, 2)
                .heartbeatAfterMs(150)
                .judged()
                .unknown(RULE);
    }
}
