package io.nvmetap.rule.apple;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import io.nvmetap.testkit.Scenario;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AppleVendorAdminCommandsTest {
    private static final String RULE = "apple-vendor-admin-commands";
    private static final int REFUSED = StatusCode.INVALID_OPCODE | StatusCode.DNR;

    private static byte[] vendor(int opcode) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putOpcode(sqe, 0, opcode);
        Sqe.putCid(sqe, 0, 5);
        Sqe.putPrp1(sqe, 0, 0x4000);
        Sqe.putCdw11(sqe, 0, 0x123000);
        Sqe.putCdw13(sqe, 0, 0x456000);
        return sqe;
    }

    private static Scenario ready() {
        return Scenario.apple().ready().cq(Side.DEVICE, 0, 3);
    }

    /** The command goes out changed so. */
    private static Scenario passed(int sqid, byte[] sqe, Consumer<byte[]> change) {
        byte[] out = sqe.clone();
        change.accept(out);
        return ready().entry(EventKind.COMMAND_FETCHED, sqid, 4, sqe, 900)
                .entry(EventKind.COMMAND_EMITTED, sqid, 4, out, 900);
    }

    @Test
    void shouldReportAnAddressThatWasLost() {
        passed(0, vendor(0xD8), out -> Sqe.putCdw13(out, 0, 0))
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAnyOtherByte() {
        passed(0, vendor(0xC1), out -> Sqe.putCdw11(out, 0, 0x999000))
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
        passed(1, vendor(0x92), out -> Sqe.putCdw15(out, 0, 1))
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportReservedFlagsThatWereCleared() {
        byte[] read = vendor(2);
        Sqe.putFlags(read, 0, 0x10);
        passed(1, read, out -> Sqe.putFlags(out, 0, 0)).judged().violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldByteForByteButForIdentifierAndPrps() {
        passed(
                        0,
                        vendor(0xD8),
                        out -> {
                            Sqe.putCid(out, 0, 77);
                            Sqe.putPrp1(out, 0, 0x7F0000);
                            Sqe.putPrp2(out, 0, 0x7F1000);
                        })
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhereTheTunnelsPagesWereMoved() {
        passed(
                        0,
                        vendor(0xD8),
                        out -> {
                            Sqe.putCdw11(out, 0, 0x7F000);
                            Sqe.putCdw12(out, 0, 0x7F);
                        })
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportARefusal() {
        ready().entry(EventKind.COMMAND_FETCHED, 0, 4, vendor(0xD8), 900)
                .answered(0, 5, REFUSED, 900)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNotBlameTheMediatorForTheControllersAnswer() {
        passed(0, vendor(0xD8), out -> {})
                .refused(0, 5, REFUSED)
                .answered(0, 5, REFUSED, 900)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotBlameAMediatorThatAnswersItself() {
        ready().entry(EventKind.COMMAND_FETCHED, 0, 4, vendor(0xD8), 900)
                .answered(0, 5, StatusCode.SUCCESS, 900)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldNotJudgeAcrossAGapOrAReset() {
        ready().entry(EventKind.COMMAND_FETCHED, 0, 4, vendor(0xD8), 900)
                .lost(2)
                .answered(0, 5, REFUSED, 900)
                .judged()
                .violatesNothing()
                .unknown(RULE);
        ready().entry(EventKind.COMMAND_FETCHED, 0, 4, vendor(0xD8), 900)
                .cc(0)
                .answered(0, 5, REFUSED, 900)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownWhereTheCommandWasNotSeenWhole() {
        ready().entryInPart(EventKind.COMMAND_FETCHED, 0, 4, vendor(0xD8), 900, 44)
                .entry(EventKind.COMMAND_EMITTED, 0, 4, vendor(0xD9), 900)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }

    @Test
    void shouldNotJudgeOtherControllers() {
        Scenario.mediated()
                .ready()
                .cq(Side.DEVICE, 0, 3)
                .entry(EventKind.COMMAND_FETCHED, 0, 4, vendor(0xD8), 900)
                .answered(0, 5, REFUSED, 900)
                .judged()
                .violatesNothing()
                .unknown(RULE);
    }
}
