package io.nvmetap.rule.pointer;

import static io.nvmetap.event.EventKind.COMMAND_EMITTED;
import static io.nvmetap.event.EventKind.COMMAND_FETCHED;

import io.nvmetap.event.Edge;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class Prp2JunkTest {
    private static final String RULE = "prp2-junk";
    private static final long[] JUNK = {0x10000, 0xDEAD0004L};
    private static final long[] CLEAN = {0x10000, 0};

    private static Scenario ready() {
        return Scenario.mediated().ready();
    }

    @Test
    void shouldReportJunkOnceAQueueAndEnable() {
        ready().pointing(COMMAND_FETCHED, 1, 1, JUNK, 4096)
                .pointing(COMMAND_EMITTED, 1, 1, JUNK, 4096)
                .pointing(COMMAND_FETCHED, 1, 2, JUNK, 512)
                .judged()
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportABufferAtZero() {
        ready().pointing(COMMAND_FETCHED, 1, 1, new long[] {0, 0}, 512)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldReportAGuestInALog() {
        Scenario.log()
                .ready()
                .pointing(COMMAND_EMITTED, 1, 1, JUNK, 512)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldReportAMediatorThatPutsItIn() {
        ready().pointing(COMMAND_FETCHED, 1, 1, CLEAN, 4096)
                .pointing(COMMAND_EMITTED, 1, 1, JUNK, 4096)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotBlameAMediatorForWhatItDidNotSeeTheGuestSay() {
        ready().pointing(COMMAND_EMITTED, 1, 1, JUNK, 4096).judged().violatesNothing();
    }

    @Test
    void shouldHoldForACleanPointerAndForTwoPages() {
        ready().pointing(COMMAND_FETCHED, 1, 1, CLEAN, 4096).judged().holds(RULE);
        ready().pointing(COMMAND_FETCHED, 1, 1, new long[] {0x10004, 0x50000}, 4096)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeCommandsWithoutDataOrOfUnknownLength() {
        ready().pointing(COMMAND_FETCHED, 1, 1, JUNK, 0)
                .pointing(COMMAND_FETCHED, 1, 2, JUNK, -1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldCountInThePagesThatTheGuestChose() {
        // CC.MPS 1: 4 KiB from 0x11000 on end with a page of 8 KiB.
        ready().cc(0x460000)
                .cc(0x460081)
                .pointing(COMMAND_FETCHED, 0, 1, new long[] {0x10000, 0x12000}, 8192)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldSpeakAgainAfterAReset() {
        ready().pointing(COMMAND_FETCHED, 1, 1, JUNK, 512)
                .reset(Edge.BEGIN)
                .cc(0)
                .reset(Edge.END)
                .ready()
                .pointing(COMMAND_FETCHED, 1, 1, JUNK, 512)
                .judged()
                .violates(RULE, Party.GUEST, Party.GUEST);
    }

    @Test
    void shouldNotJudgeAfterAGap() {
        ready().lost(1)
                .pointing(COMMAND_FETCHED, 1, 1, JUNK, 512)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }
}
