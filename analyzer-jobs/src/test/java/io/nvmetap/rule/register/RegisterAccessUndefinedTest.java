package io.nvmetap.rule.register;

import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Side;
import io.nvmetap.finding.Party;
import io.nvmetap.nvme.Registers;
import io.nvmetap.testkit.Scenario;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegisterAccessUndefinedTest {
    private static final String RULE = "register-access-undefined";
    private static final long CAP = 0x20_0001_0000_00FFL;
    private static final long CAP_WITH_RESET = CAP | 1L << 36;

    private static Scenario guest() {
        return Scenario.mediated().readsCap(Side.GUEST, CAP);
    }

    @ParameterizedTest
    @CsvSource({
        "22, 4", // CC + 2
        "20, 2", // half of CC
        "20, 8", // CC and what follows
        "4098, 4", // beside the doorbells
        "4096, 2", // half a doorbell
        "8, 4", // VS
        "56, 4", // CMBLOC
        "60, 4", // CMBSZ
        "3584, 4", // PMRCAP
        "3588, 4", // PMRCTL without a PMR
        "24, 4", // reserved
        "80, 4" // CMBMSC without a CMB
    })
    void shouldReportAWriteThatIsNotDefined(int offset, int width) {
        guest().writesWide(Side.GUEST, offset, width, 1)
                .judged()
                .violatesOnly(RULE, Party.GUEST)
                .isUnknownWithoutItsEvidence(RULE);
    }

    @Test
    void shouldReportWhatCapMakesReserved() {
        guest().writes(Side.GUEST, Registers.NSSR, Registers.NSSR_RESET)
                .writes(Side.GUEST, Registers.CSTS, 0x10)
                .writes(Side.GUEST, Registers.CSTS, 0x1)
                .judged()
                .violates(RULE, Party.GUEST, Party.GUEST, Party.GUEST);
    }

    @Test
    void shouldHoldWhereCapOffersIt() {
        Scenario.mediated()
                .readsCap(Side.GUEST, CAP_WITH_RESET)
                .writes(Side.GUEST, Registers.NSSR, Registers.NSSR_RESET)
                .writes(Side.GUEST, Registers.CSTS, 0x10)
                .writes(Side.GUEST, Registers.CSTS, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNotJudgeAnOptionalRegisterWithoutCap() {
        Scenario.mediated()
                .writes(Side.GUEST, Registers.NSSR, Registers.NSSR_RESET)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldReportASmallOrMisalignedRead() {
        guest().reads(Side.GUEST, Registers.CSTS, 1, 0)
                .reads(Side.DEVICE, Registers.CSTS + 1, 4, 0)
                .judged()
                .violates(RULE, Party.GUEST, Party.MEDIATOR);
    }

    @Test
    void shouldTellEachPlaceOnce() {
        guest().writes(Side.GUEST, Registers.VS, 1)
                .writes(Side.GUEST, Registers.VS, 2)
                .judged()
                .violates(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldForWholeAccesses() {
        guest().reads(Side.GUEST, Registers.CAP, 8, CAP)
                .writesWide(Side.GUEST, Registers.ASQ, 8, 0x1000)
                .reads(Side.GUEST, Registers.ASQ_HIGH, 4, 0)
                .reads(Side.GUEST, 0x18, 4, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldReportTheMaskUnderMsix() {
        guest().ready()
                .delivered(1)
                .writes(Side.GUEST, Registers.INTMS, 1)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }

    @Test
    void shouldHoldForTheMaskBeforeMessagesAndAfterADisable() {
        guest().ready()
                .writes(Side.GUEST, Registers.INTMS, 1)
                .delivered(1)
                .cc(0x460000)
                .writes(Side.GUEST, Registers.INTMC, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldHoldForTheMaskWithoutMsix() {
        guest().ready()
                .deliveredAs(1, InterruptKind.MSI)
                .writes(Side.GUEST, Registers.INTMS, 1)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldForgetMessagesAcrossAGap() {
        guest().ready()
                .delivered(1)
                .lost(3)
                .writes(Side.GUEST, Registers.INTMS, 1)
                .judged()
                .unknown(RULE);
    }

    @Test
    void shouldLeaveAppleItsOwnRegisters() {
        Scenario.apple()
                .writes(Side.DEVICE, 0x1300, 1)
                .reads(Side.DEVICE, Registers.CSTS, 4, 0)
                .judged()
                .holds(RULE);
    }

    @Test
    void shouldNameTheGuestWhereNobodyMediates() {
        Scenario.log()
                .writes(Side.DEVICE, Registers.VS, 1)
                .judged()
                .violatesOnly(RULE, Party.GUEST);
    }
}
