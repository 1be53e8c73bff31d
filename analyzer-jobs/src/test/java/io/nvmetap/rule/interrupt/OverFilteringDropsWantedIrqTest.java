package io.nvmetap.rule.interrupt;

import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class OverFilteringDropsWantedIrqTest {
    private static final String RULE = "over-filtering-drops-wanted-irq";

    private static Scenario completed(EventKind mask) {
        return Scenario.mediated()
                .ready()
                .guestVector(EventKind.VECTOR_UNMASKED, 1)
                .guestVector(mask, 1)
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1);
    }

    /** The guest wants the interrupt of a completion and does not get it. */
    private static Scenario dropped() {
        return completed(EventKind.VECTOR_UNMASKED).suppressed(1, "filtered");
    }

    @Test
    void shouldReportAWantedInterruptThatIsDropped() {
        dropped()
                .heartbeatAfterMs(60)
                .heartbeatAfterMs(60)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportItWhenTheGuestFindsTheCompletionTooLate() {
        dropped().us(150_000).cq(Side.GUEST, 1, 1).judged().violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheGuestMasksAndGetsItAtTheUnmask() {
        completed(EventKind.VECTOR_MASKED)
                .suppressed(1, "the guest masks the vector")
                .heartbeatAfterMs(150)
                .guestVector(EventKind.VECTOR_UNMASKED, 1)
                .delivered(1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenItIsDeliveredInTime() {
        dropped().us(90_000).delivered(1).heartbeatAfterMs(150).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhenTheGuestLooksInTime() {
        dropped().us(90_000).cq(Side.GUEST, 1, 1).heartbeatAfterMs(150).judged().holds(RULE);
    }

    @Test
    void shouldNotAccuseWhileAnInterruptIsNotAnsweredYet() {
        completed(EventKind.VECTOR_UNMASKED)
                .delivered(1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .suppressed(1, "one is out")
                .heartbeatAfterMs(150)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotAccuseWhenTheMaskIsNotKnown() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .suppressed(1, "masked since before the capture")
                .heartbeatAfterMs(150)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotCountTheTimeTheGuestMasks() {
        dropped()
                .guestVector(EventKind.VECTOR_MASKED, 1)
                .heartbeatAfterMs(150)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportItWhenTheGuestMaskedInBetween() {
        dropped()
                .guestVector(EventKind.VECTOR_MASKED, 1)
                .us(60)
                .guestVector(EventKind.VECTOR_UNMASKED, 1)
                .heartbeatAfterMs(150)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        dropped().lost(1).heartbeatAfterMs(150).judged().unknown(RULE);
    }

    @Test
    void shouldForgetAtAResetAndWithTheQueue() {
        dropped()
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .heartbeatAfterMs(150)
                .judged()
                .violatesNoneOf(RULE);
        dropped().deletesSq(1).deletesCq(1).heartbeatAfterMs(150).judged().holds(RULE);
    }

    @Test
    void shouldBeUnknownWhenNothingWasKeptBackOrItCannotBeSeen() {
        Scenario.mediated().ready().judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.MSIX_TABLE).ready().judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.INTERRUPT_DELIVERY).ready().judged().unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
