package io.nvmetap.rule.pointer;

import static io.nvmetap.event.EventKind.COMMAND_EMITTED;
import static io.nvmetap.event.EventKind.COMMAND_FETCHED;

import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class PrpListNonzeroOffsetTest {
    private static final String RULE = "prp-list-nonzero-offset";
    private static final int PAGE = 4096;
    private static final long BYTES = 3 * PAGE;

    /** PRP1, and a list 0x200 into its page. */
    private static final long[] PRPS = {0x10000, 0x50200};

    private static final long[] RIGHT = {0x10000, PAGE, 0x21000, PAGE, 0x32000, PAGE};
    private static final long[] WRONG = {0x10000, PAGE, 0x90000, PAGE, 0x91000, PAGE};

    private static Scenario ready() {
        return Scenario.mediated().ready();
    }

    @Test
    void shouldReportAListReadFromTheStartOfItsPage() {
        ready().listRead(1, 1, 0x50000, 0x90000, 0x91000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, WRONG)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportPagesThatAreNotInTheListThoughItWasReadWell() {
        ready().listRead(1, 1, 0x50200, 0x21000, 0x32000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, WRONG)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportWhatWentToTheControllerWhereTheGuestSideWasNotTold() {
        long[] entries = new long[66];
        entries[0] = 0x90000;
        entries[1] = 0x91000;
        entries[64] = 0x21000;
        entries[65] = 0x32000;
        long[] own = {PRPS[0], 0x7F0000000000L};
        ready().listRead(1, 1, 0x50000, entries)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES)
                .pointing(COMMAND_EMITTED, 1, 1, own, BYTES, WRONG)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldLetAMediatorStandInForPagesOfTheGuest() {
        ready().listRead(1, 1, 0x50200, 0x21000, 0x32000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES)
                .pointing(
                        COMMAND_EMITTED,
                        1,
                        1,
                        new long[] {PRPS[0], 0x7F0000000000L},
                        BYTES,
                        0x10000,
                        PAGE,
                        0x7F0000001000L,
                        2 * PAGE)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldHoldForTheListsPages() {
        ready().listRead(1, 1, 0x50200, 0x21000, 0x32000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, RIGHT)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldForPagesThatLieTogetherToldAsOneRun() {
        ready().listRead(1, 1, 0x50200, 0x11000, 0x12000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, 0x10000, BYTES)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhereTheWholePageOfTheListWasRead() {
        long[] entries = new long[512];
        entries[0] = 0x90000;
        entries[64] = 0x21000;
        entries[65] = 0x32000;
        ready().listRead(1, 1, 0x50000, entries)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, RIGHT)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeAListWithoutAnOffset() {
        ready().listRead(1, 1, 0x50000, 0x21000, 0x32000)
                .pointing(COMMAND_FETCHED, 1, 1, new long[] {0x10000, 0x50000}, BYTES, WRONG)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeWhatWasNotRead() {
        ready().pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, WRONG).judged().unknown(RULE);
        ready().listRead(1, 1, 0x70000, 0x21000, 0x32000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, WRONG)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldForgetListsAtADisable() {
        ready().listRead(1, 1, 0x50000, 0x90000, 0x91000)
                .cc(0x460000)
                .ready()
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, WRONG)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        ready().listRead(1, 1, 0x50000, 0x90000, 0x91000)
                .lost(1)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, WRONG)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutTheGuestSide() {
        Scenario.mediatedBlindFor(Unseen.GUEST_SIDE)
                .ready()
                .listRead(1, 1, 0x50000, 0x90000, 0x91000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, BYTES, WRONG)
                .judged()
                .unknown(RULE);
        Scenario.log().ready().emitted(1, 1).judged().unknown(RULE);
    }
}
