package io.nvmetap.rule.latency;

import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class MediatorAddedLatencyTest {
    private static final String RULE = "mediator-added-latency";
    private static final int ENOUGH = 2 * MediatorAddedLatency.LOT;

    private static Scenario reads(Scenario s, int count, long inMediatorUs, long inControllerUs) {
        for (int i = 0; i < count; i++) {
            s.read(1 + i % 100, inMediatorUs, inControllerUs);
        }
        return s;
    }

    @Test
    void shouldReportAMediatorThatTakesMostOfTheTime() {
        reads(Scenario.mediated().ready(), ENOUGH, 80, 100)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportAMediatorThatIsSlowWhateverTheControllerTakes() {
        reads(Scenario.mediated().ready(), ENOUGH, 600, 10_000)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldIfTheControllerTakesMost() {
        reads(Scenario.mediated().ready(), ENOUGH, 80, 600).judged().holds(RULE);
    }

    @Test
    void shouldHoldIfItIsMuchOfVeryLittle() {
        reads(Scenario.mediated().ready(), ENOUGH, 40, 20).judged().holds(RULE);
    }

    @Test
    void shouldHoldIfItIsSlowForAWhileOnly() {
        Scenario s = reads(Scenario.mediated().ready(), MediatorAddedLatency.LOT, 80, 100);
        reads(s, ENOUGH, 10, 100).judged().holds(RULE);
    }

    @Test
    void shouldNotBlameItForAGuestThatLeavesNoRoom() {
        Scenario s = Scenario.mediated().ready();
        for (int i = 0; i < ENOUGH; i++) {
            // Seven completions of eight entries are there; the eighth has to wait.
            for (int cid = 1; cid <= 7 && i == 0; cid++) {
                s.fetched(1, cid).emitted(1, cid).seen(1, cid).copied(1, cid);
            }
            s.fetched(1, 9).emitted(1, 9).seen(1, 9).us(5_000).copied(1, 9);
        }
        s.judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldStartAfreshAfterAReset() {
        Scenario s = reads(Scenario.mediated().ready(), ENOUGH - 1, 80, 100);
        reads(s.cc(0).ready(), MediatorAddedLatency.LOT, 80, 100).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldStartAfreshAfterAGap() {
        Scenario s = reads(Scenario.mediated().ready(), ENOUGH - 1, 80, 100);
        reads(s.lost(3), MediatorAddedLatency.LOT, 80, 100).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereTimesTellNothing() {
        reads(Scenario.mediatedBlindFor(Unseen.REAL_TIME).ready(), ENOUGH, 80, 100)
                .judged()
                .unknown(RULE);
        Scenario.log().ready().emitted(1, 1).judged().unknown(RULE);
    }
}
