package io.nvmetap.rule.queue;

import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class SqSlotScrubbedOnCompletionTest {
    private static final String RULE = "sq-slot-scrubbed-on-completion";

    /** Seven commands in a queue of eight, all consumed, the first still in flight. */
    private static Scenario consumed(Scenario s) {
        s.ready();
        for (int cid = 1; cid <= 7; cid++) {
            s.fetched(1, cid).emitted(1, cid);
        }
        return s.seenWith(1, 7, 7).copied(1, 7);
    }

    @Test
    void shouldReportAnEntryThatHoldsANewerCommand() {
        consumed(Scenario.mediated())
                .fetched(1, 8)
                .emitted(1, 8)
                .fetched(1, 9)
                .emitted(1, 9)
                .seenWith(1, 1, 7)
                .scrubs(1, 0)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWhereTheEntryWasConsumed() {
        consumed(Scenario.mediated())
                .fetched(1, 8)
                .emitted(1, 8)
                .seenWith(1, 1, 7)
                .scrubs(1, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhereSqhdHasPassedTheNewerCommand() {
        consumed(Scenario.mediated())
                .fetched(1, 8)
                .emitted(1, 8)
                .fetched(1, 9)
                .emitted(1, 9)
                .seenWith(1, 1, 1)
                .scrubs(1, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotCountAChangeAsACommand() {
        consumed(Scenario.mediated())
                .seenWith(1, 1, 7)
                .scrubs(1, 0)
                .fetched(1, 8)
                .emitted(1, 8)
                .seenWith(1, 8, 0)
                .judged()
                .holds("host-sq-slot-overwrite");
    }

    @Test
    void shouldNotJudgeWhoTellsOfNoChanges() {
        consumed(Scenario.mediated()).judged().unknown(RULE);
    }

    @Test
    void shouldNotJudgeWithoutSlots() {
        consumed(Scenario.mediatedBlindFor(Unseen.SLOTS)).scrubs(1, 6).judged().unknown(RULE);
    }

    @Test
    void shouldNotJudgeAcrossAGap() {
        consumed(Scenario.mediated())
                .fetched(1, 8)
                .emitted(1, 8)
                .lost(2)
                .scrubs(1, 7)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldForgetAtAReset() {
        consumed(Scenario.mediated())
                .fetched(1, 8)
                .emitted(1, 8)
                .machineReset()
                .ready()
                .scrubs(1, 7)
                .judged()
                .violatesNoneOf(RULE);
    }
}
