package io.nvmetap.rule.interrupt;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Judged;
import io.nvmetap.testkit.Scenario;
import java.util.List;
import org.junit.jupiter.api.Test;

class LostIrqPolledRescueTest {
    private static final String RULE = "lost-irq-polled-rescue";

    @Test
    void shouldReportAnInterruptThatWasNeverRaised() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .us(150_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNameTheMediatorWhenItSwallowedTheInterrupt() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .interrupt(1, false)
                .copied(1, 2)
                .us(150_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheGuestIsSlowAfterAnInterrupt() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .interrupt(1, true)
                .us(150_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheGuestPollsQuickly() {
        Scenario.mediated()
                .ready()
                .fetched(1, 1)
                .emitted(1, 1)
                .seen(1, 1)
                .interrupt(1, true)
                .copied(1, 1)
                .interrupt(1, true)
                .us(9)
                .cq(Side.GUEST, 1, 1)
                .cq(Side.DEVICE, 1, 1)
                .fetched(1, 2)
                .emitted(1, 2)
                .seen(1, 2)
                .copied(1, 2)
                .us(50_000)
                .cq(Side.GUEST, 1, 2)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldBeUnknownWhenMasksAreNotSeen() {
        Scenario.mediatedBlindFor(Unseen.MSIX_TABLE).ready().judged().unknown(RULE);
    }

    /** One round with its interrupt, then a completion that nobody tells of. */
    private static Scenario untold(boolean raised) {
        Scenario s = Scenario.mediated().ready().guestVector(EventKind.VECTOR_UNMASKED, 1);
        s.fetched(1, 1).emitted(1, 1).seen(1, 1).copied(1, 1).interrupt(1, true).us(9);
        s.cq(Side.GUEST, 1, 1).cq(Side.DEVICE, 1, 1);
        s.fetched(1, 2).emitted(1, 2).seen(1, 2);
        return (raised ? s.interrupt(1, false) : s).copied(1, 2).cq(Side.DEVICE, 1, 2);
    }

    @Test
    void shouldReportItWhileItStillLies() {
        untold(true).heartbeatAfterMs(120).judged().violatesOnly(RULE, Party.MEDIATOR);
        untold(false).heartbeatAfterMs(120).judged().violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldReportOneLossOnce() {
        Judged judged =
                untold(true).heartbeatAfterMs(120).us(150_000).cq(Side.GUEST, 1, 2).judged();
        assertThat(judged.explanations()).hasSize(1);
    }

    @Test
    void shouldWaitWhileTheVectorIsMaskedOrTheMediatorSaysThatItKeptIt() {
        untold(true)
                .guestVector(EventKind.VECTOR_MASKED, 1)
                .heartbeatAfterMs(120)
                .judged()
                .violatesNoneOf(RULE);
        untold(true).suppressed(1, "test").heartbeatAfterMs(99).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotExpectAnInterruptOfAGuestThatNeverHadOne() {
        Scenario s = Scenario.mediated().ready().guestVector(EventKind.VECTOR_UNMASKED, 1);
        s.fetched(1, 2).emitted(1, 2).seen(1, 2).copied(1, 2).cq(Side.DEVICE, 1, 2);
        s.heartbeatAfterMs(120).judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldForgetAtAResetAndAGap() {
        untold(true)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .heartbeatAfterMs(120)
                .judged()
                .violatesNoneOf(RULE);
        untold(true).lost(1).heartbeatAfterMs(120).judged().unknown(RULE);
    }

    /** Interrupts come as a rule; then a command is found 200 ms later, with none. */
    private static Scenario foundAlone() {
        return usual(8).fetched(1, 9).emitted(1, 9).us(200_000).seen(1, 9);
    }

    private static Scenario usual(int rounds) {
        Scenario s = Scenario.mediated().ready();
        s.guestVector(EventKind.VECTOR_UNMASKED, 1).vector(EventKind.VECTOR_UNMASKED, 1);
        s.vector(EventKind.VECTOR_FLUSHED, 1);
        for (int i = 1; i <= rounds; i++) {
            s.fetched(1, i).emitted(1, i).us(10_000).interrupt(1, false).seen(1, i).copied(1, i);
            s.delivered(1).us(9).cq(Side.GUEST, 1, i % 8).cq(Side.DEVICE, 1, i % 8);
        }
        return s;
    }

    /** The guest is told by the mediator, and acknowledges. */
    private static Scenario passedOn(Scenario s) {
        return s.copied(1, 9).delivered(1).us(9).cq(Side.GUEST, 1, 1).cq(Side.DEVICE, 1, 1);
    }

    @Test
    void shouldNameTheControllerThatDidNotTellTheMediator() {
        passedOn(foundAlone())
                .heartbeatAfterMs(40)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldNotTakeTheNextInterruptForTheOneThatIsMissing() {
        Scenario s = passedOn(foundAlone()).fetched(1, 10).emitted(1, 10).us(9);
        s.interrupt(1, false).seen(1, 10).copied(1, 10).delivered(1);
        s.cq(Side.GUEST, 1, 2).cq(Side.DEVICE, 1, 2);
        s.heartbeatAfterMs(40).judged().violatesOnly(RULE, Party.CONTROLLER);
    }

    @Test
    void shouldHoldWhenTheControllersInterruptIsJustBehind() {
        passedOn(foundAlone()).interrupt(1, false).heartbeatAfterMs(40).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhenASlowCommandInterrupts() {
        Scenario s = usual(8).fetched(1, 9).emitted(1, 9).us(200_000).interrupt(1, false);
        passedOn(s.seen(1, 9)).heartbeatAfterMs(40).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhenTheVectorWasMaskedOrTheMediatorPolls() {
        Scenario masked = usual(8).fetched(1, 9).emitted(1, 9).us(150_000);
        masked.vector(EventKind.VECTOR_MASKED, 1).us(50_000);
        masked.vector(EventKind.VECTOR_UNMASKED, 1).vector(EventKind.VECTOR_FLUSHED, 1);
        passedOn(masked.seen(1, 9)).heartbeatAfterMs(40).judged().holds(RULE);
        Scenario polls = usual(3).fetched(1, 9).emitted(1, 9).us(200_000).seen(1, 9).copied(1, 9);
        polls.delivered(1).us(9).cq(Side.GUEST, 1, 4).cq(Side.DEVICE, 1, 4);
        polls.heartbeatAfterMs(40).judged().holds(RULE);
    }

    @Test
    void shouldForgetTheControllersDebtAtAResetAndAGap() {
        passedOn(foundAlone())
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .heartbeatAfterMs(40)
                .judged()
                .violatesNoneOf(RULE);
        passedOn(foundAlone()).lost(1).heartbeatAfterMs(40).judged().unknown(RULE);
    }

    @Test
    void shouldNameTheMediatorForWhatItAnswersItself() {
        Scenario s = Scenario.mediated().ready().guestVector(EventKind.VECTOR_UNMASKED, 1);
        s.fetched(1, 1).emitted(1, 1).seen(1, 1).copied(1, 1).interrupt(1, true).us(9);
        s.cq(Side.GUEST, 1, 1).cq(Side.DEVICE, 1, 1).fetched(1, 2).copied(1, 2);
        s.us(150_000).cq(Side.GUEST, 1, 2);
        s.judged().violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldCountByTheKindOfInterrupt() {
        List<String> said = passedOn(foundAlone()).heartbeatAfterMs(40).judged().explanations();
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).endsWith("Lost so far: 1 of 9 with MSIX.");
    }
}
