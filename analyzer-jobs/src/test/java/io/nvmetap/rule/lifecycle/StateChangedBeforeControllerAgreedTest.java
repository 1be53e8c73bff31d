package io.nvmetap.rule.lifecycle;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Side;
import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class StateChangedBeforeControllerAgreedTest {
    private static final String RULE = "state-changed-before-controller-agreed";
    private static final int DELETE_SQ = 0x00;
    private static final int CREATE_SQ = 0x01;
    private static final int INTERNAL_ERROR = 6;

    /** A command for submission queue 2, which posts to completion queue 1, to the controller. */
    private static Scenario passing(Scenario s, int opcode, int cid) {
        int size = opcode == CREATE_SQ ? 7 << 16 | 2 : 2;
        return s.queueCommand(EventKind.COMMAND_FETCHED, opcode, cid, size, 1 << 16 | 1)
                .queueCommand(EventKind.COMMAND_EMITTED, opcode, cid, size, 1 << 16 | 1);
    }

    private static Scenario ready() {
        return Scenario.mediated().ready();
    }

    @Test
    void shouldReportSuccessToldBeforeTheControllerAnswered() {
        passing(ready(), CREATE_SQ, 7)
                .copied(0, 7)
                .seen(0, 7)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportSuccessToldOfWhatTheControllerRefused() {
        passing(ready(), CREATE_SQ, 7)
                .refused(0, 7, INTERNAL_ERROR)
                .copied(0, 7)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportFailureToldOfWhatTheControllerDid() {
        Scenario s = passing(ready(), CREATE_SQ, 7).seen(0, 7).copied(0, 7);
        passing(s, DELETE_SQ, 8)
                .seen(0, 8)
                .copiedStatus(0, 8, INTERNAL_ERROR)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportACommandTakenFromARefusedQueue() {
        passing(ready(), CREATE_SQ, 7)
                .refused(0, 7, INTERNAL_ERROR)
                .copiedStatus(0, 7, INTERNAL_ERROR)
                .fetched(2, 1)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldReportATailIgnoredThoughTheDeleteWasRefused() {
        Scenario s = passing(ready(), CREATE_SQ, 7).seen(0, 7).copied(0, 7);
        passing(s, DELETE_SQ, 8)
                .refused(0, 8, INTERNAL_ERROR)
                .copiedStatus(0, 8, INTERNAL_ERROR)
                .sq(Side.GUEST, 2, 1)
                .decidesOf(DecisionKind.IGNORED, "SQ tail", 2)
                .judged()
                .violates(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldHoldWhenTheGuestIsToldWhatTheControllerSaid() {
        Scenario s = passing(ready(), CREATE_SQ, 7).refused(0, 7, INTERNAL_ERROR);
        passing(s.copiedStatus(0, 7, INTERNAL_ERROR), CREATE_SQ, 8)
                .seen(0, 8)
                .copied(0, 8)
                .fetched(2, 1)
                .emitted(2, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldForAMediatorThatMakesQueuesOfItsOwn() {
        // Queue 2 is the mediator's alone: no command of the guest asks the controller for it.
        ready().queueCommand(EventKind.COMMAND_FETCHED, CREATE_SQ, 7, 7 << 16 | 2, 1 << 16 | 1)
                .copied(0, 7)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldForgetARefusalAtTheReset() {
        passing(ready(), CREATE_SQ, 7)
                .refused(0, 7, INTERNAL_ERROR)
                .copiedStatus(0, 7, INTERNAL_ERROR)
                .machineReset()
                .ready()
                .fetched(2, 1)
                .judged()
                .violatesNoneOf(RULE);
    }

    @Test
    void shouldNotAccuseAcrossAGap() {
        passing(ready(), CREATE_SQ, 7).lost(1).copied(0, 7).judged().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithoutBothSides() {
        Scenario.log().ready().judged().unknown(RULE);
        Scenario.mediatedBlindFor(Unseen.GUEST_SIDE).ready().judged().unknown(RULE);
    }
}
