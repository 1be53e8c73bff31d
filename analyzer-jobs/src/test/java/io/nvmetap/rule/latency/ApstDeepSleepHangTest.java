package io.nvmetap.rule.latency;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class ApstDeepSleepHangTest {
    private static final String RULE = "apst-deep-sleep-hang";
    private static final long ONES = 0xFFFF_FFFFL;

    private static Scenario ready(Scenario s) {
        return s.ready().identifiesExit(5_000).letsSleepAfterMs(100);
    }

    private static Scenario busy(Scenario s) {
        for (int i = 0; i < 40; i++) {
            s.read(1 + i, 2, 50);
        }
        return s;
    }

    private static Scenario wakes(Scenario s, int idleMs, int tookMs) {
        return s.heartbeatAfterMs(idleMs).read(90, 2, tookMs * 1_000L);
    }

    @Test
    void shouldReportSlowWakesOfWhatIsFastOtherwise() {
        Scenario s = busy(ready(Scenario.mediated()));
        wakes(busy(wakes(s, 200, 90)), 200, 80)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAControllerThatIsGoneAfterAnIdleTime() {
        busy(ready(Scenario.mediated()))
                .heartbeatAfterMs(200)
                .fetched(1, 7)
                .emitted(1, 7)
                .us(300_000)
                .reads(Side.DEVICE, Registers.CSTS, 4, ONES)
                .judged()
                .besides("command-stall")
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportItThoughTheControllerWasDisabledMeanwhile() {
        busy(ready(Scenario.mediated()))
                .heartbeatAfterMs(200)
                .fetched(1, 7)
                .emitted(1, 7)
                .cc(0)
                .reads(Side.DEVICE, Registers.CSTS, 4, ONES)
                .judged()
                .violates(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldIfItWakesAsFastAsItSays() {
        Scenario s = busy(ready(Scenario.mediated()));
        wakes(busy(wakes(s, 200, 19)), 200, 19).judged().holds(RULE);
    }

    @Test
    void shouldHoldAfterOneSlowWake() {
        busy(wakes(busy(ready(Scenario.mediated())), 200, 90)).judged().holds(RULE);
    }

    @Test
    void shouldNotTakeAShortPauseForSleep() {
        Scenario s = busy(ready(Scenario.mediated()));
        wakes(busy(wakes(s, 60, 90)), 60, 90).judged().unknown(RULE);
    }

    @Test
    void shouldNotBlameSleepIfCommandsAreSlowAnyway() {
        Scenario s = ready(Scenario.mediated());
        for (int i = 0; i < 40; i++) {
            s.read(1 + i, 2, 90_000);
        }
        wakes(wakes(s, 200, 90), 200, 90).judged().holds(RULE);
    }

    @Test
    void shouldNotTakeAFunctionResetForAControllerThatIsGone() {
        busy(ready(Scenario.mediated()))
                .heartbeatAfterMs(200)
                .fetched(1, 7)
                .emitted(1, 7)
                .machineReset()
                .reads(Side.DEVICE, Registers.CSTS, 4, ONES)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownIfNobodyLetItSleep() {
        Scenario s = busy(Scenario.mediated().ready());
        wakes(wakes(s, 200, 90), 200, 90).judged().unknown(RULE);
    }

    @Test
    void shouldForgetSleepAtAReset() {
        Scenario s = busy(ready(Scenario.mediated())).reset(Edge.BEGIN).cc(0).reset(Edge.END);
        wakes(wakes(busy(s.ready()), 200, 90), 200, 90).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGapAndWhereTimesTellNothing() {
        Scenario s = busy(ready(Scenario.mediated())).lost(1);
        wakes(wakes(s, 200, 90), 200, 90).judged().unknown(RULE);
        Scenario blind = busy(ready(Scenario.mediatedBlindFor(Unseen.REAL_TIME)));
        wakes(wakes(blind, 200, 90), 200, 90).judged().unknown(RULE);
    }
}
