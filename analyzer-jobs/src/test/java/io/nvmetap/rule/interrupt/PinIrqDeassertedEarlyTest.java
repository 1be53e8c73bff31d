package io.nvmetap.rule.interrupt;

import io.nvmetap.event.Edge;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class PinIrqDeassertedEarlyTest {
    private static final String RULE = "pin-irq-deasserted-early";

    /** Two pairs, a completion in each, the line up, the first queue emptied, the line down. */
    private static Scenario lowered(Scenario s) {
        s.enable().asksForQueues().createPair(1, 8).createPair(2, 8);
        for (int q = 1; q <= 2; q++) {
            s.fetched(q, q).emitted(q, q).seen(q, q).copied(q, q);
        }
        s.cq(Side.GUEST, 0, 5).cq(Side.DEVICE, 0, 5).cq(Side.DEVICE, 1, 1).cq(Side.DEVICE, 2, 1);
        return s.deliveredAs(0, InterruptKind.INTX).us(5).cq(Side.GUEST, 1, 1);
    }

    @Test
    void shouldReportALineThatFallsWhileAnotherQueueHoldsEntries() {
        lowered(Scenario.mediated())
                .lineFalls(Side.GUEST)
                .us(30)
                .heartbeatAfterMs(0)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenItFallsAtTheLastEntry() {
        lowered(Scenario.mediated())
                .cq(Side.GUEST, 2, 1)
                .lineFalls(Side.GUEST)
                .us(30)
                .heartbeatAfterMs(0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenItRisesAgainAtOnce() {
        lowered(Scenario.mediated())
                .lineFalls(Side.GUEST)
                .us(5)
                .deliveredAs(0, InterruptKind.INTX)
                .us(100)
                .heartbeatAfterMs(0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldCountFromTheUnmaskWhatWasMaskedWhileTheLineWasDown() {
        lowered(Scenario.mediated())
                .writes(Side.GUEST, Registers.INTMS, 1)
                .lineFalls(Side.GUEST)
                .us(30)
                .writes(Side.GUEST, Registers.INTMC, 1)
                .deliveredAs(0, InterruptKind.INTX)
                .us(30)
                .heartbeatAfterMs(0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeTheFallWhenTheGuestSwitchesMessagesOn() {
        lowered(Scenario.mediated())
                .writesConfig(0xB0, 0x8000_0000)
                .lineFalls(Side.GUEST)
                .us(100)
                .heartbeatAfterMs(0)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotJudgeTheControllersLine() {
        lowered(Scenario.mediated())
                .raisedAs(0, InterruptKind.INTX)
                .lineFalls(Side.DEVICE)
                .us(100)
                .heartbeatAfterMs(0)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetTheLineAtAResetAndAGap() {
        lowered(Scenario.mediated())
                .lineFalls(Side.GUEST)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .us(100)
                .heartbeatAfterMs(0)
                .judged()
                .violatesNoneOf(RULE);
        lowered(Scenario.mediated())
                .lineFalls(Side.GUEST)
                .lost(1)
                .us(100)
                .heartbeatAfterMs(0)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereTheLineIsNotSeen() {
        lowered(Scenario.mediatedBlindFor(Unseen.INTERRUPT_DELIVERY)).judged().unknown(RULE);
        lowered(Scenario.mediated()).us(100).heartbeatAfterMs(0).judged().unknown(RULE);
    }
}
