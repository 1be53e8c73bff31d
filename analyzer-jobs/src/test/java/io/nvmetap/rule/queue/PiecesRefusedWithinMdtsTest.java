package io.nvmetap.rule.queue;

import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class PiecesRefusedWithinMdtsTest {
    private static final String RULE = "pieces-refused-within-mdts";
    private static final int INTERNAL_ERROR = 6;
    private static final int INVALID_FIELD = 2;

    private static Scenario reads(Scenario s, int times, long bytes, int status) {
        for (int i = 0; i < times; i++) {
            s.emittedBytes(1, i, bytes);
            if (status == 0) {
                s.seen(1, i);
            } else {
                s.refused(1, i, status);
            }
        }
        return s;
    }

    private static Scenario passed() {
        return reads(Scenario.log().ready(), 20, 65_536, 0);
    }

    @Test
    void shouldReportTransfersThatFailFromASizeOn() {
        reads(passed(), 4, 65_537, INTERNAL_ERROR)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldForFewerFailures() {
        reads(passed(), 2, 65_537, INTERNAL_ERROR).judged().holds(RULE);
    }

    @Test
    void shouldHoldForAnotherStatus() {
        reads(passed(), 4, 65_537, INVALID_FIELD).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhereOneAsLongPassed() {
        Scenario s = reads(passed(), 1, 65_537, 0);
        reads(s, 4, 65_537, INTERNAL_ERROR).judged().holds(RULE);
    }

    @Test
    void shouldLeaveWhatExceedsMdts() {
        Scenario s = reads(Scenario.mediatedWithMdts(4).ready(), 20, 65_536, 0);
        reads(s, 4, 65_537, INTERNAL_ERROR).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldStartOverAfterAGap() {
        Scenario s = reads(passed(), 2, 65_537, INTERNAL_ERROR).lost(1);
        reads(s, 2, 65_537, INTERNAL_ERROR).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutTransfers() {
        Scenario.log().ready().judged().unknown(RULE);
    }
}
