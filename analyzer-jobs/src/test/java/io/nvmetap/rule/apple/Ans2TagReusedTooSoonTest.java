package io.nvmetap.rule.apple;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class Ans2TagReusedTooSoonTest {
    private static final String RULE = "ans2-tag-reused-too-soon";

    /** One pair of 8 entries, its completions so far acknowledged. */
    private static Scenario ready() {
        return Scenario.ans2().ready().cq(Side.DEVICE, 0, 3);
    }

    private static Scenario read(Scenario s, int cid) {
        return s.fetched(1, cid).emitted(1, cid).seen(1, cid).copied(1, cid);
    }

    @Test
    void shouldReportAMediatorThatTakesTheLowestEachTime() {
        Scenario s = read(ready(), 4).cq(Side.DEVICE, 1, 1);
        read(s, 4).judged().violatesOnly(RULE, Party.MEDIATOR).isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAGuestAlone() {
        Scenario.ans2Log()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .emitted(1, 4)
                .seen(1, 4)
                .cq(Side.DEVICE, 1, 1)
                .emitted(1, 4)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldReportOneWhoseCompletionIsNotAcknowledged() {
        Scenario s = read(ready(), 1).cq(Side.DEVICE, 1, 1);
        for (int cid = 2; cid < 5; cid++) {
            read(s, cid);
        }
        s.fetched(1, 2)
                .emitted(1, 2)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenOthersCameBetween() {
        Scenario s = read(ready(), 1);
        read(s, 2);
        read(s, 3).cq(Side.DEVICE, 1, 3);
        read(s, 1).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhereNearlyAllAreInFlight() {
        Scenario s = ready().createPair(2, 256).cq(Side.DEVICE, 0, 5);
        for (int cid = 1; cid <= 200; cid++) {
            s.fetched(2, cid).emitted(2, cid);
        }
        s.seen(2, 7).copied(2, 7).cq(Side.DEVICE, 2, 1).fetched(2, 7).emitted(2, 7);
        s.judged().holds(RULE);
    }

    @Test
    void shouldHoldAcrossAReset() {
        Scenario s = read(ready(), 1).cq(Side.DEVICE, 1, 1);
        s.reset(Edge.BEGIN).reset(Edge.END).ready().cq(Side.DEVICE, 0, 3);
        read(s, 1).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        Scenario s = read(ready(), 1).cq(Side.DEVICE, 1, 1);
        read(s.lost(3), 1).judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldNotMissAnAcknowledgementTheSourceCannotSee() {
        Scenario s = ready();
        for (int cid = 1; cid < 5; cid++) {
            read(s, cid);
        }
        s.fetched(1, 1).emitted(1, 1).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldSpeakOnceAnEnable() {
        Scenario s = read(ready(), 1).cq(Side.DEVICE, 1, 1);
        read(s, 1).cq(Side.DEVICE, 1, 2);
        read(s, 1).judged().violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotJudgeOtherControllers() {
        Scenario s = Scenario.mediated().ready().cq(Side.DEVICE, 0, 3);
        read(read(s, 1), 1).judged().violatesNothing().unknown(RULE);
    }
}
