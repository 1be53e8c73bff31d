package io.nvmetap.rule.queue;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class ShadowDoorbellSurvivesResetTest {
    private static final String RULE = "shadow-doorbell-survives-reset";

    private static Scenario shared() {
        return Scenario.mediated().enable().sharesDoorbells().asksForQueues().createPair(1, 8);
    }

    private static Scenario again(Scenario s) {
        return s.cc(0x460000).ready();
    }

    @Test
    void shouldReportAnEventIdxOfTheLastEpoch() {
        again(shared().eventIdx(Side.GUEST, 1, 0))
                .eventIdx(Side.GUEST, 1, 1)
                .eventIdx(Side.GUEST, 1, 2)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportAShadowDoorbellThatIsStillRead() {
        again(shared())
                .looksAtShadow(Side.GUEST, 1, 5)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNameTheControllerOnItsSide() {
        Scenario.log()
                .ready()
                .admin(EventKind.COMMAND_EMITTED, 0x7C, 9, 0x5000, Owner.GUEST)
                .seen(0, 9)
                .cc(0x460000)
                .ready()
                .looksAtShadow(Side.DEVICE, 1, 5)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldWithinTheEpochAndAfterANewConfig() {
        shared().looksAtShadow(Side.GUEST, 1, 1)
                .eventIdx(Side.GUEST, 1, 1)
                .cc(0x460000)
                .enable()
                .sharesDoorbells()
                .asksForQueues()
                .createPair(1, 8)
                .looksAtShadow(Side.GUEST, 1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheGuestWritesItsOwnPages() {
        again(shared()).shadowCq(Side.GUEST, 1, 0).judged().violatesNothing();
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        again(shared().lost(1)).looksAtShadow(Side.GUEST, 1, 1).judged().unknown(RULE);
    }

    @Test
    void shouldNotAccuseWhereTheConfigWasNotSeen() {
        again(Scenario.mediated().ready())
                .looksAtShadow(Side.GUEST, 1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }
}
