package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class QueueMemoryFreedWhileOwnedTest {
    private static final String RULE = "queue-memory-freed-while-owned";
    private static final int DELETE_SQ = 0x00;
    private static final int DELETE_CQ = 0x04;

    /** A Delete on its way to the controller. */
    private static Scenario deleting(Scenario s, int opcode, int cid) {
        return s.queueCommand(EventKind.COMMAND_FETCHED, opcode, cid, 1, 0)
                .queueCommand(EventKind.COMMAND_EMITTED, opcode, cid, 1, 0);
    }

    @Test
    void shouldReportMemoryFreedAtTheRequest() {
        deleting(Scenario.mediated().ready(), DELETE_SQ, 7)
                .releases(false, 1)
                .seen(0, 7)
                .copied(0, 7)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportMemoryFreedThoughTheControllerRefused() {
        deleting(Scenario.mediated().ready(), DELETE_CQ, 7)
                .refused(0, 7, 0x10C)
                .copiedStatus(0, 7, 0x10C)
                .releases(true, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheDeleteHadSucceeded() {
        Scenario s = deleting(Scenario.mediated().ready(), DELETE_SQ, 7).seen(0, 7);
        s.releases(false, 1).copied(0, 7);
        deleting(s, DELETE_CQ, 8).seen(0, 8).releases(true, 1).copied(0, 8).judged().holds(RULE);
    }

    @Test
    void shouldReportMemoryFreedBeforeReadyReadsZero() {
        Scenario.mediated()
                .ready()
                .cc(0x464001)
                .cc(0)
                .reads(Side.DEVICE, Registers.CSTS, 4, 1)
                .releases(true, 0)
                .reads(Side.DEVICE, Registers.CSTS, 4, 0)
                .releases(false, 0)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenReadyReadZeroOrTheResetEnded() {
        Scenario.mediated()
                .ready()
                .cc(0x464001)
                .cc(0)
                .reads(Side.DEVICE, Registers.CSTS, 4, 0)
                .releases(false, 0)
                .ready()
                .cc(0x464001)
                .cc(0)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .releases(false, 0)
                .ready()
                .cc(0x464001)
                .machineReset()
                .releases(false, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        deleting(Scenario.mediated().ready(), DELETE_SQ, 7)
                .lost(2)
                .releases(false, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutSightOfTheMemory() {
        Scenario.mediated().ready().deletesSq(1).judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.DEVICE_SIDE).releases(false, 1).judged().unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
