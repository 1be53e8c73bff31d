package io.nvmetap.rule.completion;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class SqeFetchWithoutAcquireTest {
    private static final String RULE = "sqe-fetch-without-acquire";

    private static Scenario lapped(Scenario s, int entries) {
        return s.enable().asksForQueues().createPair(1, entries).lap(1, entries);
    }

    @Test
    void shouldReportTheBytesOfALapAgoWhoseIdentifierIsTaken() {
        lapped(Scenario.mediated(), 16)
                .fetchedAt(1, 0, 2, 0x9000)
                .fetchedAt(1, 1, 2, 0x2000)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldLetAGuestSendTheSameCommandAgain() {
        lapped(Scenario.mediated(), 16)
                .fetchedAt(1, 0, 1, 0x1000)
                .fetchedAt(1, 1, 2, 0x2000)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotReportOtherBytes() {
        lapped(Scenario.mediated(), 16)
                .fetchedAt(1, 0, 2, 0x9000)
                .fetchedAt(1, 1, 2, 0xA000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldDoubtWhatTheGuestMayHaveSentAgain() {
        lapped(Scenario.mediated(), 16)
                .fetchedAt(1, 0, 2, 0x9000)
                .us(500_000)
                .fetchedAt(1, 1, 2, 0x2000)
                .judged()
                .unknown(RULE);
        lapped(Scenario.mediated(), 8)
                .fetchedAt(1, 0, 2, 0x9000)
                .fetchedAt(1, 1, 2, 0x2000)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldForgetAtAReset() {
        lapped(Scenario.mediated(), 16)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .enable()
                .asksForQueues()
                .createPair(1, 16)
                .fetchedAt(1, 0, 2, 0x9000)
                .fetchedAt(1, 1, 2, 0x2000)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGapAndWithoutWholeCommands() {
        lapped(Scenario.mediated(), 16).lost(1).fetchedAt(1, 1, 2, 0x2000).judged().unknown(RULE);
        lapped(Scenario.mediatedBlindFor(Unseen.SQE_FIELDS), 16)
                .fetchedAt(1, 0, 2, 0x9000)
                .fetchedAt(1, 1, 2, 0x2000)
                .judged()
                .unknown(RULE);
        Scenario.log().ready().emitted(1, 1).judged().unknown(RULE);
    }
}
