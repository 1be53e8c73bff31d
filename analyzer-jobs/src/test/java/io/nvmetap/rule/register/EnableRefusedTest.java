package io.nvmetap.rule.register;

import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class EnableRefusedTest {
    private static final String RULE = "enable-refused";
    private static final long CAP = 4L << 52 | 1L << 37 | 15L << 24 | 0xFF;
    private static final int ON = 0x460001;

    private static Scenario valid(Scenario s, Side side) {
        return s.readsCap(side, CAP).adminQueues(side, 0x1f001f, 0x1000, 0x2000).cc(side, ON);
    }

    @Test
    void shouldReportAControllerThatRefuses() {
        valid(Scenario.log(), Side.DEVICE)
                .csts(Side.DEVICE, 0)
                .csts(Side.DEVICE, 2)
                .csts(Side.DEVICE, 2)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAMediatorThatRefuses() {
        valid(Scenario.mediated(), Side.GUEST)
                .csts(Side.GUEST, 2)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNameTheControllerBehindAMediator() {
        Scenario s = valid(Scenario.mediated(), Side.GUEST);
        valid(s, Side.DEVICE)
                .csts(Side.DEVICE, 2)
                .csts(Side.GUEST, 2)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldLeaveInvalidSettingsToTheGuest() {
        Scenario.log()
                .readsCap(Side.DEVICE, CAP)
                .adminQueues(Side.DEVICE, 0, 0x1000, 0x2000)
                .cc(ON)
                .csts(Side.DEVICE, 2)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldHoldWhenItGetsReady() {
        valid(Scenario.log(), Side.DEVICE)
                .csts(Side.DEVICE, 0)
                .csts(Side.DEVICE, 1)
                .csts(Side.DEVICE, 3) // dies later
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotKnowWithoutTheSettings() {
        Scenario.log().cc(ON).csts(Side.DEVICE, 2).judged().unknown(RULE);
        valid(Scenario.log(), Side.DEVICE).lost(1).csts(Side.DEVICE, 2).judged().unknown(RULE);
        valid(Scenario.log(), Side.DEVICE)
                .machineReset()
                .csts(Side.DEVICE, 2)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereValuesOfReadsAreNotSeen() {
        Scenario s = Scenario.mediatedBlindFor(Unseen.REGISTER_READ_VALUES);
        valid(s, Side.DEVICE).csts(Side.DEVICE, 2).judged().unknown(RULE);
    }
}
