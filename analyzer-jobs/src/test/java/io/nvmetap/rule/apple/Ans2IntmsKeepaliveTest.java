package io.nvmetap.rule.apple;

import io.nvmetap.event.Edge;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class Ans2IntmsKeepaliveTest {
    private static final String RULE = "ans2-intms-keepalive";

    private static Scenario messages(Scenario s, int number) {
        s.ready().cq(Side.GUEST, 0, 3).cq(Side.DEVICE, 0, 3);
        for (int i = 0; i < number; i++) {
            s.raisedAs(0, InterruptKind.MSI);
        }
        return s;
    }

    private static Scenario silent(Scenario s) {
        return s.sq(Side.GUEST, 1, 1)
                .fetched(1, 1)
                .emitted(1, 1)
                .sq(Side.DEVICE, 1, 1)
                .heartbeatAfterMs(250)
                .heartbeatAfterMs(250);
    }

    @Test
    void shouldReportSilenceAfterSixtyFourMessagesWithoutAnAccess() {
        silent(messages(Scenario.ans2(), 64))
                .judged()
                .violates(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldAfterOneFewer() {
        silent(messages(Scenario.ans2(), 63)).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldHoldWhenIntmsIsReadInBetween() {
        silent(messages(Scenario.ans2(), 64).reads(Side.DEVICE, Registers.INTMS, 4, 0))
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldHoldWhileItAnswers() {
        messages(Scenario.ans2(), 100)
                .sq(Side.GUEST, 1, 1)
                .fetched(1, 1)
                .emitted(1, 1)
                .sq(Side.DEVICE, 1, 1)
                .seen(1, 1)
                .copied(1, 1)
                .heartbeatAfterMs(500)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldCountAnewAfterAResetAndAGap() {
        Scenario reset = messages(Scenario.ans2(), 64).reset(Edge.BEGIN).reset(Edge.END);
        silent(reset).judged().violatesNoneOf(RULE);
        silent(messages(Scenario.ans2(), 64).lost(1)).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownOfOtherControllers() {
        silent(messages(Scenario.mediated(), 64)).judged().unknown(RULE);
    }
}
