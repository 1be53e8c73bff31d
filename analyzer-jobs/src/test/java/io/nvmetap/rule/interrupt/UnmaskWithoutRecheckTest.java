package io.nvmetap.rule.interrupt;

import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class UnmaskWithoutRecheckTest {
    private static final String RULE = "unmask-without-recheck";
    private static final String MASKED = "the guest masks the vector";

    /** Two commands out, the guest masks, the first one's interrupt is dropped. */
    private static Scenario dropped() {
        return masked().interrupt(1, false).suppressed(1, MASKED);
    }

    private static Scenario masked() {
        return Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .guestVector(EventKind.VECTOR_MASKED, 1);
    }

    private static Scenario unmasked(Scenario s) {
        return s.us(50).guestVector(EventKind.VECTOR_UNMASKED, 1);
    }

    @Test
    void shouldReportACompletionThatNobodyLooksForAfterTheUnmask() {
        unmasked(dropped())
                .us(20_000)
                .interrupt(1, false)
                .seen(1, 1)
                .seen(1, 2)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportItThroughALaterMaskAndUnmask() {
        unmasked(dropped())
                .us(500)
                .guestVector(EventKind.VECTOR_MASKED, 1)
                .us(60)
                .guestVector(EventKind.VECTOR_UNMASKED, 1)
                .us(20_000)
                .seen(1, 1)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheQueueIsLookedAtInTime() {
        unmasked(dropped()).us(9_000).seen(1, 1).us(50_000).seen(1, 2).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhenTheCompletionWasTakenWhileMasked() {
        unmasked(dropped().seen(1, 1)).us(50_000).seen(1, 2).judged().holds(RULE);
    }

    @Test
    void shouldNotTakeTheMessageOfAPolledCompletionForAnother() {
        unmasked(masked().seen(1, 1).interrupt(1, false).suppressed(1, MASKED))
                .us(50_000)
                .seen(1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotAccuseWhenTheLateCommandCameLater() {
        unmasked(masked().seen(1, 1).seen(1, 2).interrupt(1, false).interrupt(1, false))
                .fetched(1, 3)
                .emitted(1, 3)
                .us(50_000)
                .seen(1, 3)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotAccuseWhenNothingWasSaidToBeDropped() {
        unmasked(masked().interrupt(1, false)).us(20_000).seen(1, 1).judged().holds(RULE);
    }

    @Test
    void shouldNotAccuseWhenTheQueueIsLookedAtForALaterCommandFirst() {
        unmasked(dropped())
                .us(20_000)
                .fetched(1, 3)
                .emitted(1, 3)
                .interrupt(1, false)
                .seen(1, 3)
                .seen(1, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldForgetAMessageThatCameForNothing() {
        Scenario spurious =
                Scenario.mediated()
                        .ready()
                        .interrupt(1, false)
                        .fetched(1, 1)
                        .emitted(1, 1)
                        .interrupt(1, false)
                        .seen(1, 1)
                        .fetched(1, 2)
                        .emitted(1, 2)
                        .seen(1, 2)
                        .fetched(1, 3)
                        .emitted(1, 3)
                        .guestVector(EventKind.VECTOR_MASKED, 1)
                        .interrupt(1, false)
                        .suppressed(1, MASKED);
        unmasked(spurious).us(20_000).seen(1, 3).judged().holds(RULE);
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        unmasked(dropped()).lost(1).us(20_000).seen(1, 1).judged().unknown(RULE);
    }

    @Test
    void shouldForgetAtAReset() {
        unmasked(dropped())
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .us(20_000)
                .seen(1, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetWithTheQueue() {
        unmasked(dropped()).deletesSq(1).deletesCq(1).createPair(1, 8).judged().holds(RULE);
    }

    @Test
    void shouldBeUnknownWhenNothingWasMaskedOrMasksAreNotSeen() {
        Scenario.mediated().ready().fetched(1, 1).emitted(1, 1).seen(1, 1).judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.MSIX_TABLE).ready().judged().unknown(RULE);
        Scenario.log().ready().judged().unknown(RULE);
    }
}
