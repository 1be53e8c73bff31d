package io.nvmetap.rule.latency;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class DriveWearSlowdownTest {
    private static final String RULE = "drive-wear-slowdown";
    private static final int LATER = 5 * DriftMeter.LOT;

    private static Scenario reads(Scenario s, int count, long inMediatorUs, long inControllerUs) {
        for (int i = 0; i < count; i++) {
            s.read(1 + i % 100, inMediatorUs, inControllerUs);
        }
        return s;
    }

    private static Scenario fast(Scenario s) {
        return reads(s, 2 * DriftMeter.LOT, 2, 50);
    }

    @Test
    void shouldReportAControllerThatGetsSlower() {
        reads(fast(Scenario.mediated().ready()), LATER, 2, 100)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldIfItIsAlittleSlower() {
        reads(fast(Scenario.mediated().ready()), LATER, 2, 70).judged().holds(RULE);
    }

    @Test
    void shouldHoldIfItIsSlowerForAWhile() {
        Scenario s = reads(fast(Scenario.mediated().ready()), 3 * DriftMeter.LOT, 2, 100);
        fast(s).judged().holds(RULE);
    }

    @Test
    void shouldHoldIfItGetsFaster() {
        reads(fast(Scenario.mediated().ready()), LATER, 2, 20).judged().holds(RULE);
    }

    @Test
    void shouldHoldIfTheWholeMachineGetsSlower() {
        reads(fast(Scenario.mediated().ready()), LATER, 20, 100).judged().holds(RULE);
    }

    @Test
    void shouldNotCompareOneSizeWithAnother() {
        Scenario s = fast(Scenario.mediated().ready());
        for (int i = 0; i < LATER; i++) {
            int cid = 1 + i % 100;
            s.fetched(1, cid).emittedBytes(1, cid, 65_536).us(100).seen(1, cid).copied(1, cid);
        }
        s.judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldStartAfreshAfterFormatResetAndGap() {
        Scenario formatted =
                fast(Scenario.mediated().ready())
                        .admin(
                                EventKind.COMMAND_EMITTED,
                                Opcodes.ADMIN_FORMAT_NVM,
                                9,
                                0,
                                Owner.GUEST)
                        .seen(0, 9);
        reads(formatted, LATER, 2, 100).judged().violatesNoneOf(RULE);
        reads(fast(Scenario.mediated().ready()).cc(0).ready(), LATER, 2, 100).judged().holds(RULE);
        reads(fast(Scenario.mediated().ready()).lost(2), LATER, 2, 100).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereTimesTellNothing() {
        reads(fast(Scenario.mediatedBlindFor(Unseen.REAL_TIME).ready()), LATER, 2, 100)
                .judged()
                .unknown(RULE);
    }
}
