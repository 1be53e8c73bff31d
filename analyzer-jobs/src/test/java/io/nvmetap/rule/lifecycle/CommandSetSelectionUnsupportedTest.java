package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class CommandSetSelectionUnsupportedTest {
    private static final String RULE = "command-set-selection-unsupported";
    private static final int ALL = 0x41;
    private static final int NVM = 0x01;
    private static final int ENABLE_ALL = 0x46_0061;
    private static final int ENABLE_NVM = 0x46_0001;
    private static final int NOT_READY = 0;
    private static final int READY = 1;
    private static final int FATAL = 2;

    /** CAP.TO 1 (500 ms), MPSMAX 4. */
    private static long cap(int css) {
        return 1L << 24 | (long) css << 37 | 4L << 52 | 63;
    }

    private static Scenario enables(Scenario s, int css, int cc) {
        return s.reads(Side.GUEST, Registers.CAP, 4, cap(css) & 0xFFFF_FFFFL)
                .reads(Side.GUEST, Registers.CAP_HIGH, 4, cap(css) >>> 32)
                .writes(Side.GUEST, Registers.AQA, 0x1f001f)
                .cc(Side.GUEST, cc);
    }

    private static Scenario enables(int css, int cc) {
        return enables(Scenario.mediated(), css, cc);
    }

    private static Scenario passedOn(int shown, int real) {
        return enables(
                        Scenario.mediated().reads(Side.DEVICE, Registers.CAP, 8, cap(real)),
                        shown,
                        ENABLE_ALL)
                .writes(Side.DEVICE, Registers.AQA, 0x1f001f)
                .cc(Side.DEVICE, ENABLE_ALL);
    }

    @Test
    void shouldReportARefusalThatNamesTheField() {
        enables(ALL, ENABLE_ALL)
                .rejectsEnable("CC.CSS 6 is not served")
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportSilence() {
        enables(ALL, ENABLE_ALL).heartbeatAfterMs(501).judged().violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportAFatalStatusWithoutAReason() {
        enables(ALL, ENABLE_ALL)
                .reads(Side.GUEST, Registers.CSTS, 4, FATAL)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportASelectionThatTheControllerNeverOffered() {
        passedOn(ALL, NVM)
                .heartbeatAfterMs(501)
                .reads(Side.GUEST, Registers.CSTS, 4, NOT_READY)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldBlameTheGuestForWhatItWasNotOffered() {
        enables(NVM, ENABLE_ALL)
                .rejectsEnable("CC.CSS 6 is not served")
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldWhenReadyInTime() {
        passedOn(ALL, ALL)
                .heartbeatAfterMs(499)
                .reads(Side.GUEST, Registers.CSTS, 4, NOT_READY)
                .reads(Side.GUEST, Registers.CSTS, 4, READY)
                .heartbeatAfterMs(600)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotBlameAnyoneForAControllerThatDoesNotBecomeReady() {
        passedOn(ALL, ALL)
                .heartbeatAfterMs(501)
                .reads(Side.GUEST, Registers.CSTS, 4, NOT_READY)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldNotBlameTheSelectionForAnotherReason() {
        enables(ALL, ENABLE_ALL)
                .rejectsEnable("the admin queues cannot be made")
                .reads(Side.GUEST, Registers.CSTS, 4, FATAL)
                .heartbeatAfterMs(501)
                .judged()
                .unknown(RULE);
        enables(ALL, ENABLE_NVM).heartbeatAfterMs(501).judged().unknown(RULE);
        enables(Scenario.mediated().reads(Side.DEVICE, Registers.CSTS, 4, READY), ALL, ENABLE_ALL)
                .heartbeatAfterMs(501)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldForgetAnEnableThatAResetEnds() {
        enables(ALL, ENABLE_ALL)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .heartbeatAfterMs(501)
                .judged()
                .violatesNoneOf(RULE);
        enables(ALL, ENABLE_ALL)
                .cc(Side.GUEST, 0)
                .heartbeatAfterMs(501)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        enables(ALL, ENABLE_ALL).lost(1).heartbeatAfterMs(501).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutWhatItNeeds() {
        enables(Scenario.mediatedBlindFor(Unseen.REGISTER_READ_VALUES), ALL, ENABLE_ALL)
                .heartbeatAfterMs(501)
                .judged()
                .unknown(RULE);
        Scenario.mediated()
                .cc(Side.GUEST, ENABLE_ALL)
                .rejectsEnable("CC.CSS 6 is not served")
                .judged()
                .unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
