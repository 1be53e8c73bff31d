package io.nvmetap.rule.apple;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class Apple2001FlushWithDepthTest {
    private static final String RULE = "apple2001-flush-with-depth";
    private static final int READY = 1;
    private static final int FATAL = 3;

    private static byte[] flush(int cid) {
        byte[] sqe = new byte[Sqe.SIZE];
        Sqe.putCid(sqe, 0, cid);
        Sqe.putNsid(sqe, 0, 1);
        return sqe;
    }

    private static Scenario csts(Scenario s, int value) {
        return s.reads(Side.DEVICE, Registers.CSTS, 4, value);
    }

    private static Scenario ready(Scenario s) {
        return csts(s.ready().cq(Side.DEVICE, 0, 3), READY);
    }

    private static Scenario flush(Scenario s, int cid) {
        return s.entry(EventKind.COMMAND_EMITTED, 1, 1, flush(cid), 100_000 + cid);
    }

    /** A Flush among others; the controller dies of it. */
    private static Scenario falls(Scenario s) {
        return csts(flush(ready(s).emitted(1, 1), 2).us(5_000), FATAL);
    }

    @Test
    void shouldReportThe2001AtTheFirstTime() {
        falls(Scenario.apple())
                .judged()
                .violates(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportACommandThatJoinsAFlush() {
        csts(flush(ready(Scenario.apple()), 2).emitted(1, 1).us(5_000), -1)
                .judged()
                .violates(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldWhereTheFlushCompletes() {
        Scenario s = flush(ready(Scenario.apple()).emitted(1, 1), 2);
        csts(s.seen(1, 1).seen(1, 2).cq(Side.DEVICE, 1, 2), READY).judged().holds(RULE);
    }

    @Test
    void shouldNotBlameAFlushAlone() {
        csts(flush(ready(Scenario.apple()), 2).us(5_000), FATAL).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotBlameAFlushAfterWhichOthersCompleted() {
        Scenario s = flush(ready(Scenario.apple()).emitted(1, 1), 2).us(5_000).seen(1, 1);
        csts(s.emitted(1, 3), FATAL).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotBlameDepthWithoutAFlush() {
        csts(ready(Scenario.apple()).emitted(1, 1).emitted(1, 2), FATAL)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotTakeADisableForAFall() {
        Scenario s = flush(ready(Scenario.apple()).emitted(1, 1), 2);
        csts(s.us(2_000_000).cc(0), 0).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        Scenario s = flush(ready(Scenario.apple()).emitted(1, 1), 2).lost(2);
        csts(s, FATAL).judged().violatesNoneOf(RULE).unknown(RULE);
    }

    @Test
    void shouldNotAccuseOthersOfOneFall() {
        falls(Scenario.mediated()).judged().violatesNoneOf(RULE);
    }

    /** So much work without a Flush that its share of all is small. */
    private static Scenario work(Scenario s) {
        ready(s);
        for (int i = 0; i < 200; i++) {
            s.emitted(1, 1).seen(1, 1).cq(Side.DEVICE, 1, (i + 1) % 8);
        }
        return s.us(2_000_000).cc(0);
    }

    @Test
    void shouldAccuseOthersWhenEveryFallCameSo() {
        Scenario s = work(Scenario.mediated());
        for (int i = 0; i < 3; i++) {
            falls(s).us(2_000_000).cc(0);
        }
        s.judged().violates(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldNotAccuseOthersThatFallWithoutOneToo() {
        Scenario s = work(Scenario.mediated());
        csts(ready(s).emitted(1, 1), FATAL).us(2_000_000).cc(0);
        for (int i = 0; i < 3; i++) {
            falls(s).us(2_000_000).cc(0);
        }
        s.judged().violatesNoneOf(RULE);
    }
}
