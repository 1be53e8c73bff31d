package io.nvmetap.rule.interrupt;

import io.nvmetap.event.Edge;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class IrqAfterMaskTest {
    private static final String RULE = "irq-after-mask";

    private static Scenario masked(Scenario s) {
        return s.ready().writes(Side.GUEST, Registers.INTMS, 2);
    }

    @Test
    void shouldReportAMessageLongAfterItsMask() {
        masked(Scenario.mediated())
                .us(30)
                .deliveredAs(1, InterruptKind.MSI)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportThePinLongAfterItsMask() {
        Scenario.mediated()
                .ready()
                .writes(Side.GUEST, Registers.INTMS, 1)
                .us(30)
                .deliveredAs(0, InterruptKind.INTX)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldLetOneArriveThatWasUnderWay() {
        masked(Scenario.mediated()).us(5).deliveredAs(1, InterruptKind.MSI).judged().holds(RULE);
    }

    @Test
    void shouldLetAnotherVectorArriveAndOneThatIsUnmaskedAgain() {
        masked(Scenario.mediated())
                .us(30)
                .deliveredAs(2, InterruptKind.MSI)
                .writes(Side.GUEST, Registers.INTMC, 2)
                .deliveredAs(1, InterruptKind.MSI)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotLookAtIntmsUnderMsix() {
        masked(Scenario.mediated()).us(30).delivered(1).judged().unknown(RULE);
    }

    @Test
    void shouldForgetTheMaskAtAResetAndAGap() {
        masked(Scenario.mediated())
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .us(30)
                .deliveredAs(1, InterruptKind.MSI)
                .judged()
                .violatesNoneOf(RULE);
        masked(Scenario.mediated())
                .lost(1)
                .us(30)
                .deliveredAs(1, InterruptKind.MSI)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereDeliveryIsNotSeen() {
        masked(Scenario.mediatedBlindFor(Unseen.INTERRUPT_DELIVERY)).judged().unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
