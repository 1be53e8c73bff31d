package io.nvmetap.rule.interrupt;

import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class IrqSuppressedWhileBusyTest {
    private static final String RULE = "irq-suppressed-while-busy";

    /** A first round with its interrupt, then a doorbell whose lock is held, and its completion. */
    private static Scenario copiedWhileBusy(Scenario s) {
        s.ready().guestVector(EventKind.VECTOR_UNMASKED, 1);
        s.sq(Side.GUEST, 1, 1).fetched(1, 1).emitted(1, 1).seen(1, 1).copied(1, 1);
        s.interrupt(1, true).cq(Side.GUEST, 1, 1).cq(Side.DEVICE, 1, 1);
        s.sq(Side.GUEST, 1, 2).locks(1).fetched(1, 2).emitted(1, 2).seen(1, 2).copied(1, 2);
        return s.cq(Side.DEVICE, 1, 2);
    }

    @Test
    void shouldReportTheCompletionThatNoInterruptFollows() {
        copiedWhileBusy(Scenario.mediated())
                .unlocks(1)
                .heartbeatAfterMs(120)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenItIsToldAfterTheWork() {
        copiedWhileBusy(Scenario.mediated())
                .unlocks(1)
                .us(50)
                .delivered(1)
                .heartbeatAfterMs(120)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheGuestFindsItSoon() {
        copiedWhileBusy(Scenario.mediated())
                .unlocks(1)
                .us(50)
                .cq(Side.GUEST, 1, 2)
                .heartbeatAfterMs(120)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotCountTimeBehindAMask() {
        copiedWhileBusy(Scenario.mediated())
                .unlocks(1)
                .guestVector(EventKind.VECTOR_MASKED, 1)
                .heartbeatAfterMs(120)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetAtAResetAndAGap() {
        copiedWhileBusy(Scenario.mediated())
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .heartbeatAfterMs(120)
                .judged()
                .violatesNoneOf(RULE);
        copiedWhileBusy(Scenario.mediated()).lost(1).heartbeatAfterMs(120).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereMasksOrDeliveryAreNotSeen() {
        copiedWhileBusy(Scenario.mediatedBlindFor(Unseen.MSIX_TABLE)).judged().unknown(RULE);
        copiedWhileBusy(Scenario.mediatedBlindFor(Unseen.INTERRUPT_DELIVERY))
                .judged()
                .unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
