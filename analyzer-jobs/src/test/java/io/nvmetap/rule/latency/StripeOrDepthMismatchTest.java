package io.nvmetap.rule.latency;

import io.nvmetap.event.Unseen;
import io.nvmetap.finding.Party;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;

class StripeOrDepthMismatchTest {
    private static final String RULE = "stripe-or-depth-mismatch";
    private static final int READ = 2;
    private static final int WRITE = 1;

    /** 16 KiB. */
    private static final int BLOCKS = 32;

    /** Reads in the middle of a stripe and across its end, in turns. */
    private static Scenario reads(Scenario s, int pairs, long insideUs, long acrossUs) {
        for (int i = 0; i < pairs; i++) {
            s.moves(READ, 512L * i + 100, BLOCKS, insideUs + i % 7);
            s.moves(READ, 512L * i + 240, BLOCKS, acrossUs + i % 7);
        }
        return s;
    }

    private static Scenario ready() {
        return Scenario.log().ready();
    }

    @Test
    void shouldReportSlowCrossings() {
        reads(ready(), 130, 100, 200)
                .judged()
                .violatesOnly(RULE, Party.CONTROLLER)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldHoldBelowTheRatio() {
        reads(ready(), 130, 100, 140).judged().holds(RULE);
    }

    @Test
    void shouldNotCompareWritesWithReads() {
        Scenario s = reads(ready(), 130, 100, 100);
        for (int i = 0; i < 130; i++) {
            s.moves(WRITE, 512L * i + 240, BLOCKS, 300);
        }
        s.judged().holds(RULE);
    }

    @Test
    void shouldHoldWhereLongerCommandsCrossAndTakeLonger() {
        Scenario s = reads(ready(), 130, 100, 105);
        for (int i = 0; i < 130; i++) {
            s.moves(READ, 512L * i + 100, 250, 700);
        }
        s.judged().holds(RULE);
    }

    @Test
    void shouldNotSpeakOfHalfThePairs() {
        Scenario s = reads(ready(), 130, 100, 300);
        Scenario even = ready();
        for (int i = 0; i < 130; i++) {
            even.moves(READ, 512L * i + 100, BLOCKS, 100).moves(READ, 512L * i + 240, 32, 300);
            even.moves(READ, 512L * i + 100, 2, 80).moves(READ, 512L * i + 255, 2, 80);
        }
        s.judged().violates(RULE, Party.CONTROLLER);
        even.judged().violatesNoneOf(RULE);
    }

    @Test
    void shouldNotCompareOnePhaseOfAWorkloadWithAnother() {
        Scenario s = ready();
        for (int i = 0; i < 130; i++) {
            s.moves(READ, 512L * i + 100, BLOCKS, 100);
        }
        for (int i = 0; i < 130; i++) {
            s.moves(READ, 512L * i + 240, BLOCKS, 400);
        }
        s.judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldNotCompareLoadedWithUnloaded() {
        Scenario s = ready();
        for (int i = 0; i < 130; i++) {
            s.moves(READ, 512L * i + 100, BLOCKS, 100);
            s.emitted(1, 7).emitted(1, 8).moves(READ, 512L * i + 240, BLOCKS, 400);
            s.seen(1, 7).seen(1, 8);
        }
        s.judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWithTooFew() {
        reads(ready(), 90, 100, 300).judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldBeUnknownWhereTimesAreThoseOfAnEmulation() {
        Scenario s = Scenario.mediatedBlindFor(Unseen.REAL_TIME).ready();
        reads(s, 130, 100, 300).judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldNotCountLongerCommandsThanAStripe() {
        Scenario s = ready();
        for (int i = 0; i < 130; i++) {
            s.moves(READ, 512L * i, 257, 900).moves(READ, 512L * i + 100, BLOCKS, 100);
        }
        s.judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldStartAfreshAfterAGap() {
        Scenario s = reads(ready(), 90, 100, 300).lost(1).cc(0x460000).ready();
        reads(s, 90, 100, 300).judged().violatesNothing().unknown(RULE);
    }

    @Test
    void shouldGoOnAfterADisable() {
        Scenario s = reads(ready(), 60, 100, 300).emitted(1, 7).cc(0x464001).cc(0).ready();
        reads(s, 60, 100, 300).judged().violates(RULE, Party.CONTROLLER);
    }
}
