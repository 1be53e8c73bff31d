package io.nvmetap.rule.register;

import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnableWithInvalidConfigurationTest {
    private static final String RULE = "enable-with-invalid-configuration";

    /** MPSMAX 4, CSS: NVM and all, no arbitration but round robin. */
    private static final long CAP = 4L << 52 | 0x41L << 37 | 15L << 24 | 0xFF;

    private static final int AQA = 0x1f001f;

    private static Scenario log(int aqa, int asq, int acq) {
        return Scenario.log().readsCap(Side.DEVICE, CAP).adminQueues(Side.DEVICE, aqa, asq, acq);
    }

    @ParameterizedTest
    @CsvSource({
        "0x1f0000, 0x1000, 0x2000, 0x460001", // ASQS 0
        "0x00001f, 0x1000, 0x2000, 0x460001", // ACQS 0
        "0x1f001f, 0x1010, 0x2000, 0x460001", // ASQ misaligned
        "0x1f001f, 0x1000, 0x2008, 0x460001", // ACQ misaligned
        "0x1f001f, 0x1000, 0x2000, 0x460081", // pages of 8 KiB
        "0x1f001f, 0x2000, 0x2000, 0x460001", // both at one place
        "0x1f001f, 0x0000, 0x0000, 0x460001", // never written
        "0x1f001f, 0x80000, 0x100000, 0x460281", // MPS 5
        "0x1f001f, 0x1000, 0x2000, 0x460801", // AMS 1
        "0x1f001f, 0x1000, 0x2000, 0x460011", // CSS 1
        "0x1f001f, 0x1000, 0x2000, 0x460071" // CSS 7
    })
    void shouldReportSettingsThatAreNotOffered(String aqa, String asq, String acq, String cc) {
        log(Integer.decode(aqa), Integer.decode(asq), Integer.decode(acq))
                .cc(Integer.decode(cc))
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldForWhatIsOffered() {
        log(AQA, 0x10000, 0x20000)
                .cc(0x460261) // MPS 4, CSS 6
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNameTheMediatorOnTheControllersSide() {
        Scenario.mediated()
                .readsCap(Side.DEVICE, CAP)
                .adminQueues(Side.DEVICE, 0, 0x1000, 0x2000)
                .cc(Side.DEVICE, 0x460001)
                .judged()
                .violatesOnly(RULE, Party.MEDIATOR);
    }

    @Test
    void shouldNotJudgeWithoutCap() {
        Scenario.log()
                .adminQueues(Side.DEVICE, AQA, 0x1000, 0x2000)
                .cc(0x460001)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldNotTakeARegisterFromBeforeAGap() {
        log(0, 0x1000, 0x2000).lost(1).cc(0x460001).judged().unknown(RULE);
    }

    @Test
    void shouldNotTakeARegisterFromBeforeAReset() {
        log(0, 0x1000, 0x2000).machineReset().cc(0x460001).judged().unknown(RULE);
    }

    @Test
    void shouldReportAQueueOfAnEntrySizeNobodyHas() {
        log(AQA, 0x1000, 0x2000)
                .cc(0x450001) // IOSQES 5
                .asksForQueues()
                .createPair(1, 8)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldWhenSizesAreSetBeforeTheFirstQueue() {
        log(AQA, 0x1000, 0x2000)
                .cc(1)
                .writes(Side.DEVICE, Registers.CC, 0x460001)
                .asksForQueues()
                .createPair(1, 8)
                .judged()
                .holds(RULE);
    }
}
