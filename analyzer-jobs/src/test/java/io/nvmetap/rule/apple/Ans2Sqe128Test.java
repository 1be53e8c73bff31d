package io.nvmetap.rule.apple;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class Ans2Sqe128Test {
    private static final String RULE = "ans2-sqe-128";
    private static final byte[] EMPTY = new byte[Sqe.SIZE];

    private long commandId = 900;

    private static byte[] read(int cid, int bytes) {
        byte[] sqe = new byte[bytes];
        Sqe.putOpcode(sqe, 0, 2);
        Sqe.putCid(sqe, 0, cid);
        Sqe.putNsid(sqe, 0, 1);
        Sqe.putPrp1(sqe, 0, 0x1000L * cid);
        return sqe;
    }

    private static Scenario ready() {
        return Scenario.ans2().ready().cq(Side.DEVICE, 0, 3);
    }

    private Scenario fetch(Scenario s, int slot, byte[] sqe) {
        s.entry(EventKind.COMMAND_FETCHED, 1, slot, sqe, ++commandId);
        return s.answered(1, Sqe.cid(sqe, 0), 0, commandId);
    }

    @Test
    void shouldReportEverySecondEntryEmpty() {
        Scenario s = ready();
        for (int slot = 0; slot < 4; slot++) {
            fetch(s, slot, slot % 2 == 0 ? read(slot + 1, 64) : EMPTY);
        }
        s.judged().violatesOnly(RULE, Party.MEDIATOR).isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhereTheEntriesAreTakenWhole() {
        Scenario s = ready();
        for (int slot = 0; slot < 4; slot++) {
            fetch(s, slot, read(slot + 1, 128));
        }
        s.judged().holds(RULE);
    }

    @Test
    void shouldHoldWhereTheGuestFillsEverySlot() {
        Scenario s = ready();
        for (int slot = 0; slot < 4; slot++) {
            fetch(s, slot, read(slot + 1, 64));
        }
        s.judged().holds(RULE);
    }

    @Test
    void shouldNotTakeOneEmptyEntryForAStride() {
        Scenario s = ready();
        fetch(s, 0, read(1, 64));
        fetch(s, 1, EMPTY);
        fetch(s, 2, read(3, 64));
        fetch(s, 3, read(4, 64));
        s.judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotTakeAGuestThatRingsTooFarForAStride() {
        Scenario s = ready();
        fetch(s, 0, read(1, 64));
        for (int slot = 1; slot < 6; slot++) {
            fetch(s, slot, EMPTY);
        }
        s.judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldStartOverWithTheQueue() {
        Scenario s = ready();
        fetch(s, 0, read(1, 64));
        fetch(s, 1, EMPTY);
        s.cc(0).ready().cq(Side.DEVICE, 0, 3);
        fetch(s, 0, read(1, 64));
        fetch(s, 1, EMPTY);
        s.judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        Scenario s = ready();
        fetch(s, 0, read(1, 64));
        fetch(s, 1, EMPTY);
        s.lost(2);
        fetch(s, 2, read(3, 64));
        fetch(s, 3, EMPTY);
        s.judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereTheEntryWasNotSeenWhole() {
        Scenario s = ready();
        for (int slot = 0; slot < 4; slot++) {
            byte[] sqe = slot % 2 == 0 ? read(slot + 1, 64) : EMPTY;
            s.entryInPart(EventKind.COMMAND_FETCHED, 1, slot, sqe, 900 + slot, 8);
        }
        s.judged().unknown(RULE);
    }

    @Test
    void shouldNotJudgeOtherControllersNorALog() {
        Scenario s = Scenario.apple().ready().cq(Side.DEVICE, 0, 3);
        for (int slot = 0; slot < 4; slot++) {
            fetch(s, slot, slot % 2 == 0 ? read(slot + 1, 64) : EMPTY);
        }
        s.judged().violatesNothing().unknown(RULE);
        Scenario.ans2Log().ready().cq(Side.DEVICE, 0, 3).judged().unknown(RULE);
    }
}
