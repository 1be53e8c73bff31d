package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class DbbufConfigPassedThroughTest {
    private static final String RULE = "dbbuf-config-passed-through";
    private static final int CONFIG = Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG;
    private static final int INVALID_OPCODE = 1;

    private static Scenario passed(Scenario s, long fetched, long emitted) {
        return s.ready()
                .admin(EventKind.COMMAND_FETCHED, CONFIG, 7, fetched, Owner.GUEST)
                .admin(EventKind.COMMAND_EMITTED, CONFIG, 7, emitted, Owner.GUEST);
    }

    @Test
    void shouldReportTheGuestsAddressesAccepted() {
        passed(Scenario.mediated(), 0x5000, 0x5000)
                .seen(0, 7)
                .copied(0, 7)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldWithABufferOfTheMediator() {
        passed(Scenario.mediated(), 0x5000, 0x9000).seen(0, 7).copied(0, 7).judged().holds(RULE);
    }

    @Test
    void shouldHoldWhenTheControllerRefuses() {
        passed(Scenario.mediated(), 0x5000, 0x5000)
                .refused(0, 7, INVALID_OPCODE)
                .copied(0, 7)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldWhenTheMediatorAnswersItself() {
        Scenario.mediated()
                .ready()
                .admin(EventKind.COMMAND_FETCHED, CONFIG, 7, 0x5000, Owner.GUEST)
                .copied(0, 7)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldLetTheMediatorUseABufferOfItsOwn() {
        Scenario.mediated()
                .ready()
                .admin(EventKind.COMMAND_EMITTED, CONFIG, 8, 0x5000, Owner.MEDIATOR)
                .seenOwn(0, 8)
                .judged()
                .violatesNothing();
    }

    @Test
    void shouldBeUnknownAfterAGap() {
        passed(Scenario.mediated(), 0x5000, 0x5000).lost(1).seen(0, 7).judged().unknown(RULE);
    }

    @Test
    void shouldForgetACommandThatAResetGaveUp() {
        passed(Scenario.mediated(), 0x5000, 0x5000)
                .reset(Edge.BEGIN)
                .reset(Edge.END)
                .seen(0, 7)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldBeUnknownWithoutTheGuestSideOrAMediator() {
        passed(Scenario.mediatedBlindFor(Unseen.GUEST_SIDE), 0x5000, 0x5000)
                .seen(0, 7)
                .judged()
                .unknown(RULE);
        passed(Scenario.log(), 0x5000, 0x5000).seen(0, 7).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhenNobodyAsked() {
        Scenario.mediated().ready().judged().unknown(RULE);
    }
}
