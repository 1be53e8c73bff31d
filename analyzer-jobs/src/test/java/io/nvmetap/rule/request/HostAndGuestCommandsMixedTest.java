package io.nvmetap.rule.request;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class HostAndGuestCommandsMixedTest {
    private static final String RULE = "host-and-guest-commands-mixed";

    @Test
    void shouldReportMixingOnAnAppleController() {
        Scenario.apple()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .own(1, 2)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldOnOtherControllers() {
        Scenario.mediated().ready().fetched(1, 1).emitted(1, 1).own(1, 2).judged().holds(RULE);
    }

    @Test
    void shouldHoldInTurns() {
        Scenario.apple()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .cq(Side.DEVICE, 1, 1)
                .own(1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldIgnoreEventRequests() {
        Scenario.apple()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .eventRequest(7)
                .own(0, 2)
                .judged()
                .holds(RULE);
    }
}
