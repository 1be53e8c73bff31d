package io.nvmetap.rule.queue;

import io.nvmetap.event.Edge;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class HostSqSlotOverwriteTest {
    private static final String RULE = "host-sq-slot-overwrite";

    private static Scenario filled(Scenario s, int commands) {
        s.ready();
        for (int cid = 1; cid <= commands; cid++) {
            s.fetched(1, cid).emitted(1, cid);
        }
        return s;
    }

    @Test
    void shouldReportASlotThatNobodyConsumed() {
        filled(Scenario.mediated(), 2)
                .atSlot(1, 1)
                .emitted(1, 3)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportASlotBehindTheHeadThatACompletionOutOfOrderTold() {
        filled(Scenario.mediated(), 7)
                .seenWith(1, 2, 3)
                .atSlot(1, 4)
                .emitted(1, 8)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportTheLastFreeSlot() {
        filled(Scenario.mediated(), 8).judged().violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWithOneSlotLeft() {
        filled(Scenario.mediated(), 7).judged().holds(RULE);
    }

    @Test
    void shouldLetSlotsBehindTheHeadBeUsedThoughTheirCommandsAreInFlight() {
        filled(Scenario.mediated(), 7)
                .seenWith(1, 7, 7)
                .emitted(1, 8)
                .emitted(1, 9)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldTakeACompletedCommandsSlotForFreeWhateverSqhdSays() {
        filled(Scenario.mediated(), 7).seenWith(1, 3, 0).emitted(1, 8).judged().holds(RULE);
    }

    @Test
    void shouldLetATagBeASlotOnAnAppleController() {
        filled(Scenario.apple(), 8).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldStartAfreshAfterAReset() {
        filled(Scenario.mediated(), 3)
                .reset(Edge.BEGIN)
                .cc(Side.DEVICE, 0)
                .reset(Edge.END)
                .enable()
                .asksForQueues()
                .createPair(1, 8)
                .fetched(1, 1)
                .emitted(1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        filled(Scenario.mediated(), 2).lost(1).atSlot(1, 1).emitted(1, 3).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutSlots() {
        filled(Scenario.mediatedBlindFor(Unseen.SLOTS), 2)
                .atSlot(1, 1)
                .emitted(1, 3)
                .judged()
                .unknown(RULE);
        filled(Scenario.mediated(), 2).atSlot(1, -1).emitted(1, 3).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutAMediator() {
        Scenario.log().ready().emitted(1, 1).judged().unknown(RULE);
    }
}
