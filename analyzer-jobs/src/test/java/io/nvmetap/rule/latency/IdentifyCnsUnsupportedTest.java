package io.nvmetap.rule.latency;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class IdentifyCnsUnsupportedTest {
    private static final String RULE = "identify-cns-unsupported";
    private static final int INVALID_FIELD = 2;

    private static byte[] page(int seed) {
        byte[] page = new byte[4096];
        page[0] = (byte) seed;
        page[100] = 7;
        return page;
    }

    private static Scenario log() {
        return Scenario.log().enable();
    }

    private static Scenario answered(Scenario s, int cid, int cns, byte[] page) {
        return s.identifies(cid, cns).gives(cid, page).seen(0, cid);
    }

    @Test
    void shouldReportThePageOfAnotherStructure() {
        answered(answered(log(), 1, 1, page(1)), 2, 3, page(1))
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportItWhenTheOtherPageComesLaterAndDataAfterCompletions() {
        log().identifies(1, 2)
                .seen(0, 1)
                .gives(1, page(1))
                .identifies(2, 0)
                .seen(0, 2)
                .gives(2, page(1))
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldForAPageOfItsOwn() {
        answered(answered(log(), 1, 1, page(1)), 2, 3, page(2)).judged().holds(RULE);
    }

    @Test
    void shouldHoldForARefusal() {
        answered(log(), 1, 1, page(1))
                .identifies(2, 3)
                .refused(0, 2, INVALID_FIELD)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotTakeEmptyPagesForOthers() {
        answered(answered(log(), 1, 0, new byte[4096]), 2, 2, new byte[4096])
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldLetAnAllocatedNamespaceHaveThePageOfANamespace() {
        answered(answered(log(), 1, 0, page(1)), 2, 0x11, page(1)).judged().violatesNothing();
    }

    @Test
    void shouldReportSilenceOfAControllerThatAnswersOthers() {
        answered(log(), 1, 1, page(1))
                .identifies(2, 3)
                .sq(Side.DEVICE, 0, 2)
                .heartbeatAfterMs(1_900)
                .heartbeatAfterMs(200)
                .judged()
                .violates(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldNotReportSilenceThatMayHaveAnotherReason() {
        Scenario asked = answered(log(), 1, 1, page(1)).identifies(2, 0).identifies(3, 3);
        asked.sq(Side.DEVICE, 0, 3).heartbeatAfterMs(3_000).judged().violatesNoneOf(RULE);
        // Nobody rang, or the controller never answered any.
        answered(log(), 1, 1, page(1))
                .identifies(2, 3)
                .heartbeatAfterMs(3_000)
                .judged()
                .violatesNoneOf(RULE);
        log().identifies(1, 3)
                .sq(Side.DEVICE, 0, 1)
                .heartbeatAfterMs(3_000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotReportWhatACompletionThatNobodyLookedForMayAnswer() {
        answered(Scenario.mediated().enable(), 1, 1, page(1))
                .identifies(2, 3)
                .sq(Side.DEVICE, 0, 2)
                .interrupt(0, false)
                .heartbeatAfterMs(3_000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetAtADisableWhatWasAsked() {
        answered(log(), 1, 1, page(1))
                .identifies(2, 3)
                .sq(Side.DEVICE, 0, 2)
                .cc(0x460000)
                .enable()
                .heartbeatAfterMs(3_000)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        Scenario s = answered(log(), 1, 1, page(1)).lost(1);
        answered(s.cc(0x460000).enable(), 2, 3, page(1)).judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutData() {
        log().identifies(1, 1)
                .seen(0, 1)
                .identifies(2, 3)
                .seen(0, 2)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }
}
