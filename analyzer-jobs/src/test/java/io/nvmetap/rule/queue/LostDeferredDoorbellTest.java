package io.nvmetap.rule.queue;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class LostDeferredDoorbellTest {
    private static final String RULE = "lost-deferred-doorbell";

    @Test
    void shouldReportADoorbellThatALivingMediatorDoesNotServe() {
        Scenario.mediated()
                .ready()
                .createPair(2, 8)
                .sq(Side.GUEST, 1, 1)
                .us(1)
                .fetched(2, 1)
                .emitted(2, 1)
                .seen(2, 1)
                .copied(2, 1)
                .heartbeatAfterMs(11)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportADeferredDoorbellThatIsNeverResumed() {
        Scenario.mediated()
                .ready()
                .sq(Side.GUEST, 1, 1)
                .decides(DecisionKind.DEFERRED, 1)
                .heartbeatAfterMs(301)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenServedJustInTime() {
        Scenario.mediated()
                .ready()
                .sq(Side.GUEST, 1, 1)
                .us(9_900)
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldWaitWhileTheMediatorPauses() {
        Scenario.mediated()
                .ready()
                .sq(Side.GUEST, 1, 1)
                .decides(DecisionKind.PAUSED, 1)
                .us(50_000)
                .decides(DecisionKind.RESUMED, 1)
                .us(5)
                .heartbeatAfterMs(0)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldBeUnknownWithoutAMediator() {
        Scenario.log().ready().sq(Side.DEVICE, 1, 1).judged().unknown(RULE);
    }

    @Test
    void shouldKeepTheGuestsPauseWhenOwnCommandsResume() {
        Scenario.mediated()
                .ready()
                .own(1, 7)
                .sq(Side.GUEST, 1, 1)
                .decides(DecisionKind.PAUSED, 1)
                .us(5)
                .decidesOfOwn(DecisionKind.RESUMED, 1)
                .own(1, 8)
                .heartbeatAfterMs(500)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldReportAnUnservedDoorbellThoughOwnCommandsAreOut() {
        Scenario.mediated()
                .ready()
                .own(1, 7)
                .sq(Side.GUEST, 1, 1)
                .us(5)
                .own(1, 8)
                .heartbeatAfterMs(500)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotCountTheTimeForWhichTheControllerKeptOwnCommands() {
        Scenario.mediated()
                .ready()
                .own(1, 7)
                .sq(Side.GUEST, 1, 1)
                .decides(DecisionKind.PAUSED, 1)
                .heartbeatAfterMs(400)
                .heartbeatAfterMs(100)
                .seenOwn(1, 7)
                .us(50)
                .decides(DecisionKind.RESUMED, 1)
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldExcuseUpToTheMomentTheControllerIsDone() {
        Scenario.mediated()
                .ready()
                .own(1, 7)
                .sq(Side.GUEST, 1, 1)
                .decides(DecisionKind.PAUSED, 1)
                .heartbeatAfterMs(100)
                .us(90_000)
                .seenOwn(1, 7)
                .decides(DecisionKind.RESUMED, 1)
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .judged()
                .holds(RULE);
    }
}
