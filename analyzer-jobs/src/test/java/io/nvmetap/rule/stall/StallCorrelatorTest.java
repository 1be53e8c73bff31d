package io.nvmetap.rule.stall;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.finding.Severity;
import io.nvmetap.testkit.Judged;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class StallCorrelatorTest {
    private static final String STALL = "command-stall";

    /** A read that is passed on and never completed. */
    private static Scenario stalls(Scenario s, int sqid, int cid) {
        return s.fetched(sqid, cid).emitted(sqid, cid).rung(sqid);
    }

    private static Scenario calm(Scenario s, int times) {
        for (int i = 0; i < times; i++) {
            s.us(10_000).read(100 + i, 2, 50);
        }
        return s;
    }

    @Test
    void shouldTellTheOneFactThatWasThere() {
        Scenario s = calm(Scenario.mediated().ready(), 30).us(10_000);
        s.fetched(1, 1).emittedFrom(1, 1, 0x9000).fetched(1, 2).emittedFrom(1, 2, 0x9000);
        s.rung(1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violates(STALL, Party.CONTROLLER)
                .says(STALL, Severity.ERROR, "Suspicious near it: two commands in flight used one");
    }

    @Test
    void shouldTellNothingIfNothingWasThere() {
        stalls(calm(Scenario.mediated().ready(), 3), 1, 1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violates(STALL, Party.CONTROLLER)
                .neverSays(STALL, "Suspicious");
    }

    @Test
    void shouldNotSuspectTheControllersWeaknessesWhereTheMediatorOwesTheStep() {
        Scenario s = calm(Scenario.mediated().ready(), 30).us(10_000);
        s.fetched(1, 1).emittedFrom(1, 1, 0x9000).fetched(1, 2).emittedFrom(1, 2, 0x9000);
        s.rung(1).seen(1, 1).seen(1, 2).cq(Side.DEVICE, 1, 0);
        s.heartbeatAfterMs(1_100)
                .judged()
                .violates(STALL, Party.MEDIATOR)
                .neverSays(STALL, "used one buffer");
    }

    @Test
    void shouldNotSuspectWhatIsAlwaysSo() {
        Scenario s = Scenario.mediated().ready();
        for (int i = 0; i < 40; i++) {
            s.us(10_000).fetched(1, 1).emittedFrom(1, 1, 0x9000);
            s.fetched(1, 2).emittedFrom(1, 2, 0x9000).seen(1, 1).copied(1, 1);
            s.seen(1, 2).copied(1, 2);
            s.sq(Side.DEVICE, 1, (2 * i + 2) % 8);
            s.cq(Side.DEVICE, 1, (2 * i + 2) % 8).cq(Side.GUEST, 1, (2 * i + 2) % 8);
        }
        s.fetched(1, 5).emitted(1, 5).rung(1);
        s.heartbeatAfterMs(1_100)
                .judged()
                .violates(STALL, Party.CONTROLLER)
                .neverSays(STALL, "used one buffer");
    }

    @Test
    void shouldRankByLiftWhereThereAreSeveralStalls() {
        Scenario s = Scenario.mediated();
        for (int enable = 0; enable < 4; enable++) {
            // Pauses are common; a reused buffer comes before each stall and nowhere else.
            calm(s.ready(), 20).us(120_000).read(50, 2, 50).us(20_000);
            s.fetched(1, 1).emittedFrom(1, 1, 0x9000).fetched(1, 2).emittedFrom(1, 2, 0x9000);
            s.rung(1).heartbeatAfterMs(1_100).cc(0);
        }
        Judged judged = s.judged();
        judged.says(STALL, Severity.ERROR, "used one buffer", "lift");
        String last = judged.explanations().get(3);
        assertThat(last).contains("Suspicious near it: two commands in flight used one buffer");
    }

    @Test
    void shouldTellWhoseCompletionsWait() {
        Scenario s = calm(Scenario.mediated().ready(), 3).us(10_000);
        s.cq(Side.DEVICE, 0, 3);
        s.own(1, 900).own(1, 901).fetched(1, 1).emitted(1, 1).rung(1);
        s.seenOwn(1, 900)
                .seenOwn(1, 901)
                .heartbeatAfterMs(1_100)
                .judged()
                .says(
                        STALL,
                        Severity.ERROR,
                        "2 completions waited",
                        "2 of them the mediator's own");
    }

    @Test
    void shouldNotAccuseAControllerThatWasGivenWhatMaySilenceIt() {
        Scenario.ans2()
                .ready()
                .admin(EventKind.COMMAND_EMITTED, 0x0C, 7, 0, Owner.MEDIATOR)
                .rung(0)
                .fetched(1, 7)
                .emitted(1, 7)
                .rung(1)
                .heartbeatAfterMs(1_100)
                .judged()
                .violates("ans2-cid-rules", Party.MEDIATOR)
                .violates(STALL, Party.UNKNOWN)
                .says(STALL, Severity.WARNING, "The mediator broke ans2-cid-rules just before");
    }

    @Test
    void shouldAccuseItIfThatWasLongAgo() {
        Scenario s =
                Scenario.ans2()
                        .ready()
                        .admin(EventKind.COMMAND_EMITTED, 0x0C, 7, 0, Owner.MEDIATOR)
                        .fetched(1, 7)
                        .emitted(1, 7)
                        .seen(1, 7)
                        .copied(1, 7);
        s.us(2_000_000).read(9, 2, 50);
        stalls(s, 1, 8).heartbeatAfterMs(1_100).judged().violates(STALL, Party.CONTROLLER);
    }

    @Test
    void shouldAccuseItIfThatWasBeforeItWasEnabledAgain() {
        Scenario s =
                Scenario.ans2()
                        .ready()
                        .admin(EventKind.COMMAND_EMITTED, 0x0C, 7, 0, Owner.MEDIATOR)
                        .fetched(1, 7)
                        .emitted(1, 7)
                        .cc(0)
                        .ready();
        stalls(s, 1, 8).heartbeatAfterMs(1_100).judged().violates(STALL, Party.CONTROLLER);
    }
}
