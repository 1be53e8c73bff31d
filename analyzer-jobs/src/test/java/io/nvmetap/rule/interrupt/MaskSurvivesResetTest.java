package io.nvmetap.rule.interrupt;

import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class MaskSurvivesResetTest {
    private static final String RULE = "mask-survives-reset";

    private static Scenario enabledAgain(Scenario s) {
        return s.ready()
                .writes(Side.GUEST, Registers.INTMS, 1)
                .writes(Side.DEVICE, Registers.INTMS, 1)
                .cc(0)
                .enable()
                .csts(Side.DEVICE, 1)
                .csts(Side.GUEST, 1);
    }

    @Test
    void shouldReportAMaskThatTheControllerKept() {
        enabledAgain(Scenario.mediated())
                .reads(Side.DEVICE, Registers.INTMS, 4, 1)
                .reads(Side.GUEST, Registers.INTMS, 4, 1)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNameTheMediatorWhereOnlyTheGuestIsShownAMask() {
        enabledAgain(Scenario.mediated())
                .reads(Side.DEVICE, Registers.INTMS, 4, 0)
                .reads(Side.GUEST, Registers.INTMS, 4, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenItReadsAsZero() {
        enabledAgain(Scenario.mediated())
                .reads(Side.DEVICE, Registers.INTMS, 4, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenItWasMaskedSince() {
        enabledAgain(Scenario.mediated())
                .reads(Side.DEVICE, Registers.INTMS, 4, 0)
                .writes(Side.DEVICE, Registers.INTMS, 4)
                .reads(Side.DEVICE, Registers.INTMS, 4, 4)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotAccuseAControllerThatIsGone() {
        enabledAgain(Scenario.mediated())
                .csts(Side.DEVICE, 0xFFFF_FFFFL)
                .reads(Side.DEVICE, Registers.INTMS, 4, 0xFFFF_FFFFL)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        enabledAgain(Scenario.mediated())
                .lost(1)
                .reads(Side.DEVICE, Registers.INTMS, 4, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereValuesAreNotSeen() {
        enabledAgain(Scenario.mediatedBlindFor(Unseen.REGISTER_READ_VALUES))
                .reads(Side.DEVICE, Registers.INTMS, 4, 1)
                .judged()
                .unknown(RULE);
    }
}
