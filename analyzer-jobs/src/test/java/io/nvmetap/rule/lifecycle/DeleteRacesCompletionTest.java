package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class DeleteRacesCompletionTest {
    private static final String RULE = "delete-races-completion";

    /** A Read that the controller has. */
    private static Scenario reading(Scenario s) {
        return s.ready().fetched(1, 1).emitted(1, 1);
    }

    @Test
    void shouldReportACopyThatTheDeleteOvertook() {
        reading(Scenario.mediated())
                .seen(1, 1)
                .deletesSq(1)
                .copied(1, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhenTheCopyComesFirst() {
        reading(Scenario.mediated()).seen(1, 1).copied(1, 1).deletesSq(1).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhenTheCompletionIsDropped() {
        reading(Scenario.mediated()).seen(1, 1).deletesSq(1).deletesCq(1).judged().holds(RULE);
    }

    @Test
    void shouldLeaveALateCompletionToItsOwnRule() {
        reading(Scenario.mediated())
                .deletesSq(1)
                .seen(1, 1)
                .copied(1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetTheDeleteAtTheReset() {
        Scenario s = reading(Scenario.mediated()).seen(1, 1).deletesSq(1).machineReset();
        reading(s).seen(1, 1).copied(1, 1).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        reading(Scenario.mediated())
                .seen(1, 1)
                .deletesSq(1)
                .lost(1)
                .copied(1, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutBothSides() {
        Scenario.log().ready().deletesSq(1).judged().unknown(RULE);
        reading(Scenario.mediatedBlindFor(Unseen.DEVICE_SIDE)).deletesSq(1).judged().unknown(RULE);
    }
}
