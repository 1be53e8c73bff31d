package io.nvmetap.rule.apple;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class T2CidGenerationBitsTest {
    private static final String RULE = "t2-cid-generation-bits";

    private static byte[] read(int cid) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, 2);
        Sqe.putCid(sqe, 0, cid);
        Sqe.putNsid(sqe, 0, 1);
        Sqe.putPrp1(sqe, 0, 0x9000);
        return sqe;
    }

    @Test
    void shouldReportAGuestThatCountsInTheUpperBits() {
        Scenario.ans2Log()
                .ready()
                .emitted(1, 0x1003)
                .judged()
                .violates(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAMediatorThatPassesThemOn() {
        Scenario.ans2()
                .ready()
                .fetched(1, 0x1003)
                .emitted(1, 0x1003)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAMediatorThatPutsThemOnItsOwnTag() {
        Scenario.ans2()
                .ready()
                .entry(EventKind.COMMAND_FETCHED, 1, 0, read(0x1003), 900)
                .entry(EventKind.COMMAND_EMITTED, 1, 0, read(0x1009), 900)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhereTheMediatorRenumbers() {
        Scenario.ans2()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .entry(EventKind.COMMAND_FETCHED, 1, 0, read(0x1003), 900)
                .entry(EventKind.COMMAND_EMITTED, 1, 0, read(9), 900)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotTakeAnyLargeIdentifierForGenerations() {
        Scenario.ans2Log()
                .ready()
                .emitted(1, 254)
                .emitted(1, 0x1FFE)
                .judged()
                .violatesNoneOf(RULE)
                .violates("ans2-cid-rules", Party.GUEST);
    }

    @Test
    void shouldSpeakOnceAnEnable() {
        Scenario.ans2Log()
                .ready()
                .emitted(1, 0x1003)
                .cc(0)
                .ready()
                .emitted(1, 0x1003)
                .emitted(1, 0x2003)
                .judged()
                .violates(RULE, Party.GUEST, Party.GUEST);
    }

    @Test
    void shouldBeUnknownWithoutTheIdentifier() {
        Scenario.ans2Log()
                .entryInPart(EventKind.COMMAND_EMITTED, 1, 0, read(0x1003), 900, 2)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownAfterALossThatHidIt() {
        Scenario.ans2Log().ready().lost(3).emitted(1, 3).judged().unknown(RULE);
    }

    @Test
    void shouldNotJudgeOtherControllers() {
        Scenario.log()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .emitted(1, 0x1003)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }
}
