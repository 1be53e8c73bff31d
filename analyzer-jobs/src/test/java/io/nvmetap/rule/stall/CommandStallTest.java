package io.nvmetap.rule.stall;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class CommandStallTest {
    private static final String RULE = "command-stall";

    @Test
    void shouldNameTheControllerThatDoesNotComplete() {
        Scenario.log()
                .ready()
                .sq(Side.DEVICE, 1, 1)
                .emitted(1, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNameTheMediatorThatDoesNotPassOn() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNameTheMediatorThatUsesAQueueTheControllerDoesNotHave() {
        Scenario.mediated()
                .ready()
                .queueCommand(EventKind.COMMAND_FETCHED, 0x01, 7, 7 << 16 | 2, 1 << 16 | 1)
                .copied(0, 7)
                .fetched(2, 1)
                .emitted(2, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNameTheMediatorThatDoesNotCopy() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotAccuseAControllerThatInterruptedAndWasNotLookedAt() {
        Scenario.mediated()
                .ready()
                .sq(Side.GUEST, 1, 1)
                .fetched(1, 1)
                .emitted(1, 1)
                .sq(Side.DEVICE, 1, 1)
                .interrupt(1, false)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.UNKNOWN);
    }

    @Test
    void shouldNameTheControllerWhoseInterruptWasForAnotherCompletion() {
        Scenario.mediated()
                .ready()
                .sq(Side.GUEST, 1, 2)
                .fetched(1, 1)
                .emitted(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .sq(Side.DEVICE, 1, 2)
                .interrupt(1, false)
                .seen(1, 2)
                .copied(1, 2)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldJustBeforeTheDeadline() {
        Scenario.log().ready().emitted(1, 1).us(290_000).seen(1, 1).judged().holds(RULE);
        Scenario.mediatedBlindFor(Unseen.REAL_TIME)
                .ready()
                .fetched(1, 1)
                .us(990_000)
                .copied(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportWithinASecondOfTheCommand() {
        Scenario.log()
                .ready()
                .emitted(1, 1)
                .heartbeatAfterMs(310)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
        Scenario.log()
                .ready()
                .emitted(0, 1)
                .heartbeatAfterMs(610)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldGiveAnEmulationMoreTime() {
        Scenario.mediatedBlindFor(Unseen.REAL_TIME)
                .ready()
                .fetched(1, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldLetEventRequestsWait() {
        Scenario.mediated().ready().eventRequest(5).heartbeatAfterMs(60_000).judged().holds(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        Scenario.log().ready().emitted(1, 1).lost(1).heartbeatAfterMs(2_000).judged().unknown(RULE);
    }

    @Test
    void shouldNameTheMediatorThatLeavesTheCompletionQueueFull() {
        Scenario.mediated()
                .enable()
                .asksForQueues()
                .createPair(1, 2)
                .own(1, 1)
                .seenOwn(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .heartbeatAfterMs(1_100)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotNameAPartyWhenWhatKeepsTheControllerMayBeLost() {
        Scenario.log()
                .ready()
                .lost(1)
                .emitted(1, 2)
                .heartbeatAfterMs(1_100)
                .judged()
                .violates(RULE, Party.UNKNOWN);
    }

    @Test
    void shouldOweNothingForCommandsOfADeletedQueue() {
        Scenario.log()
                .ready()
                .emitted(1, 2)
                .deletesSq(1)
                .heartbeatAfterMs(2_100)
                .judged()
                .holds(RULE);
    }
}
