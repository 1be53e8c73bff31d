package io.nvmetap.rule.pointer;

import static io.nvmetap.event.EventKind.COMMAND_FETCHED;

import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class BounceIgnoresPrp2Test {
    private static final String RULE = "bounce-ignores-prp2";
    private static final int HALF = 2048;

    /** 4 KiB from the middle of a page on. */
    private static final long[] PRPS = {0x10800, 0x50000};

    private static Scenario used(Scenario s, long... pages) {
        return s.pointing(COMMAND_FETCHED, 0, 1, PRPS, 4096, pages);
    }

    private static Scenario ready() {
        return Scenario.mediated().enable();
    }

    @Test
    void shouldReportOnePieceWhereThereAreTwo() {
        used(ready(), 0x10800, 4096)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportTheNextPageInPlaceOfPrp2() {
        used(ready(), 0x10800, HALF, 0x11000, HALF).judged().violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldForPrp2() {
        used(ready(), 0x10800, HALF, 0x50000, HALF).judged().holds(RULE);
    }

    @Test
    void shouldHoldForOnePieceWhereThePagesLieTogether() {
        ready().pointing(COMMAND_FETCHED, 0, 1, new long[] {0x10800, 0x11000}, 4096, 0x10800, 4096)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeMemoryOfTheMediatorNorWhatWasNotFollowed() {
        used(ready(), 0x7F0000000000L, 4096).judged().unknown(RULE);
        used(ready(), 0x10800, HALF).judged().unknown(RULE);
        used(ready()).judged().unknown(RULE);
    }

    @Test
    void shouldNotJudgeOnePageAlone() {
        ready().pointing(COMMAND_FETCHED, 0, 1, PRPS, HALF, 0x10800, HALF).judged().unknown(RULE);
    }

    @Test
    void shouldNotJudgeAListAsAPage() {
        ready().pointing(COMMAND_FETCHED, 0, 1, PRPS, 3 * 4096, 0x10800, 3 * 4096)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldCountInThePagesThatTheGuestChose() {
        // CC.MPS 1: pages of 8 KiB, so that 4 KiB from the middle of the first half fit in one.
        ready().cc(0x460000)
                .cc(0x460081)
                .pointing(COMMAND_FETCHED, 0, 1, PRPS, 4096, 0x10800, 4096)
                .judged()
                .violatesNoneOf(RULE)
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeAfterAGapOrADisable() {
        used(ready().lost(1), 0x10800, 4096).judged().violatesNothing().unknown(RULE);
        used(ready().cc(0x460000), 0x10800, 4096).judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutAMediatorOrTheGuestSide() {
        Scenario.log().ready().emitted(1, 1).judged().unknown(RULE);
        used(Scenario.mediatedBlindFor(Unseen.GUEST_SIDE).enable(), 0x10800, 4096)
                .judged()
                .unknown(RULE);
    }
}
