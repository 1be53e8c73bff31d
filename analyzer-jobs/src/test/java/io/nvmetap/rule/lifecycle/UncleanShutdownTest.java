package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class UncleanShutdownTest {
    private static final String RULE = "unclean-shutdown";

    @Test
    void shouldReportADisableWithIoInFlight() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .us(500)
                .cc(0)
                .judged()
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAMachineResetWithoutNotification() {
        Scenario.log().ready().machineReset().judged().violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldNameTheMediatorWhenItDisablesOnItsOwn() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .cc(Side.DEVICE, 0)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldAfterANotification() {
        Scenario.log().ready().cc(0x464001).machineReset().judged().holds(RULE);
    }

    @Test
    void shouldHoldWhenNothingIsInFlight() {
        Scenario.log().ready().emitted(1, 1).seen(1, 1).cc(0).judged().holds(RULE);
    }

    @Test
    void shouldTakeGivingUpATimedOutCommandForRecovery() {
        Scenario.log().ready().emitted(1, 1).us(5_000_000).cc(0).judged().violatesNoneOf(RULE);
    }
}
