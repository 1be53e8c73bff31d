package io.nvmetap.rule.pointer;

import static io.nvmetap.event.EventKind.COMMAND_EMITTED;
import static io.nvmetap.event.EventKind.COMMAND_FETCHED;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class PrpListLastEntryTest {
    private static final String RULE = "prp-list-last-entry";
    private static final int PAGE = 4096;

    /** A list whose second entry is the last of its page. */
    private static final long[] PRPS = {0x10000, 0x50FF0};

    private static Scenario ready() {
        return Scenario.mediated().ready();
    }

    /** Two entries are needed: the last is data. */
    private static Scenario ending(long... pages) {
        return ready().listRead(1, 1, 0x50FF0, 0x21000, 0x32000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, 3 * PAGE, pages);
    }

    /** Three are needed: the last points at 0x60000. */
    private static Scenario goingOn(long... pages) {
        return ready().listRead(1, 1, 0x50FF0, 0x21000, 0x60000)
                .listRead(1, 1, 0x60000, 0x32000, 0x43000)
                .pointing(COMMAND_FETCHED, 1, 1, PRPS, 4 * PAGE, pages);
    }

    @Test
    void shouldReportDataTakenForAList() {
        ending(0x10000, PAGE, 0x21000, PAGE, 0x90000, PAGE)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAListTakenForData() {
        goingOn(0x10000, PAGE, 0x21000, PAGE, 0x60000, PAGE, 0x70000, PAGE)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportWhatWentToTheControllerWhereTheGuestSideWasNotTold() {
        goingOn()
                .pointing(
                        COMMAND_EMITTED,
                        1,
                        1,
                        new long[] {PRPS[0], 0x7F0000000000L},
                        4 * PAGE,
                        0x10000,
                        PAGE,
                        0x21000,
                        PAGE,
                        0x60000,
                        PAGE)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotTakeMemoryOfTheMediatorForAMistake() {
        ending().pointing(
                        COMMAND_EMITTED,
                        1,
                        1,
                        new long[] {PRPS[0], 0x7F0000000000L},
                        3 * PAGE,
                        0x10000,
                        PAGE,
                        0x21000,
                        PAGE,
                        0x7F0000001000L,
                        PAGE)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldHoldForDataAndForAPointer() {
        ending(0x10000, PAGE, 0x21000, PAGE, 0x32000, PAGE).judged().holds(RULE);
        goingOn(0x10000, PAGE, 0x21000, PAGE, 0x32000, PAGE, 0x43000, PAGE).judged().holds(RULE);
    }

    @Test
    void shouldNotJudgeListsThatDoNotReachTheirPagesEnd() {
        ready().listRead(1, 1, 0x50FE8, 0x21000, 0x32000)
                .pointing(
                        COMMAND_FETCHED,
                        1,
                        1,
                        new long[] {0x10000, 0x50FE8},
                        3 * PAGE,
                        0x10000,
                        PAGE,
                        0x21000,
                        PAGE,
                        0x32000,
                        PAGE)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeBeyondWhatWasReadOrFollowed() {
        ready().listRead(1, 1, 0x50FF0, 0x21000)
                .pointing(
                        COMMAND_FETCHED,
                        1,
                        1,
                        PRPS,
                        3 * PAGE,
                        0x10000,
                        PAGE,
                        0x21000,
                        PAGE,
                        0x9000,
                        PAGE)
                .judged()
                .violatesNothing()
                .unknown(RULE);
        ending(0x10000, PAGE, 0x21000, PAGE).judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldForgetListsAtAReset() {
        ready().listRead(1, 1, 0x50FF0, 0x21000, 0x32000)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .ready()
                .pointing(
                        COMMAND_FETCHED,
                        1,
                        1,
                        PRPS,
                        3 * PAGE,
                        0x10000,
                        PAGE,
                        0x21000,
                        PAGE,
                        0x9000,
                        PAGE)
                .judged()
                .violatesNoneOf(RULE)
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        ready().listRead(1, 1, 0x50FF0, 0x21000, 0x32000)
                .lost(2)
                .pointing(
                        COMMAND_FETCHED,
                        1,
                        1,
                        PRPS,
                        3 * PAGE,
                        0x10000,
                        PAGE,
                        0x21000,
                        PAGE,
                        0x9000,
                        PAGE)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutAMediatorOrTheGuestSide() {
        Scenario.log().ready().emitted(1, 1).judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.GUEST_SIDE).ready().judged().unknown(RULE);
    }
}
