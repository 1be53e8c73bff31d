package io.nvmetap.rule.interrupt;

import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class LostIrqPolledRescueTest {
    private static final String RULE = "lost-irq-polled-rescue";

    @Test
    void shouldReportAnInterruptThatWasNeverRaised() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .us(150_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNameTheMediatorWhenItSwallowedTheInterrupt() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .interrupt(1, false)
                .copied(1, 2)
                .us(150_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheGuestIsSlowAfterAnInterrupt() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .interrupt(1, true)
                .us(150_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheGuestPollsQuickly() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .us(50_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldBeUnknownWhenMasksAreNotSeen() {
        Scenario.mediatedBlindFor(Unseen.MSIX_TABLE).ready().judged().unknown(RULE);
    }
}
