package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RegistersTest {
    /**
     * QEMU's: MQES 2047, CQR, TO 7.5 s, NVM and multiple command sets, MPSMAX 4, PMRS no, CMBS no.
     */
    private static final long CAP_QEMU = 0x0040_2060_0F01_07FFL;

    @Test
    void shouldSplitCap() {
        assertThat(Registers.capMqes(CAP_QEMU)).isEqualTo(2047);
        assertThat(Registers.capCqr(CAP_QEMU)).isTrue();
        assertThat(Registers.capAms(CAP_QEMU)).isZero();
        assertThat(Registers.capTo(CAP_QEMU)).isEqualTo(15);
        assertThat(Registers.capDstrd(CAP_QEMU)).isZero();
        assertThat(Registers.capNssrs(CAP_QEMU)).isFalse();
        assertThat(Registers.capCss(CAP_QEMU)).isEqualTo(3);
        assertThat(Registers.capMpsmin(CAP_QEMU)).isZero();
        assertThat(Registers.capMpsmax(CAP_QEMU)).isEqualTo(4);
    }

    @Test
    void shouldFindEachCapBitAlone() {
        assertThat(Registers.capAms(3L << 17)).isEqualTo(3);
        assertThat(Registers.capDstrd(0xFL << 32)).isEqualTo(15);
        assertThat(Registers.capNssrs(1L << 36)).isTrue();
        assertThat(Registers.capCss(0xFFL << 37)).isEqualTo(0xFF);
        assertThat(Registers.capBps(1L << 45)).isTrue();
        assertThat(Registers.capCps(3L << 46)).isEqualTo(3);
        assertThat(Registers.capMpsmin(0xFL << 48)).isEqualTo(15);
        assertThat(Registers.capPmrs(1L << 56)).isTrue();
        assertThat(Registers.capCmbs(1L << 57)).isTrue();
        assertThat(Registers.capNsss(1L << 58)).isTrue();
        assertThat(Registers.capCrms(3L << 59)).isEqualTo(3);
        assertThat(Registers.capBps(~(1L << 45))).isFalse();
    }

    @Test
    void shouldSplitCcCstsAndAqa() {
        int cc = 0x0046_4061;
        assertThat(Registers.ccEn(cc)).isTrue();
        assertThat(Registers.ccCss(cc)).isEqualTo(Registers.CSS_ALL);
        assertThat(Registers.ccMps(cc)).isZero();
        assertThat(Registers.ccPageSize(cc)).isEqualTo(4096);
        assertThat(Registers.ccPageSize(0x780)).isEqualTo(4096 << 15);
        assertThat(Registers.ccShn(cc)).isEqualTo(Registers.SHN_NORMAL);
        assertThat(Registers.ccIosqes(cc)).isEqualTo(6);
        assertThat(Registers.ccIocqes(cc)).isEqualTo(4);
        assertThat(Registers.ccAms(0x3800)).isEqualTo(7);
        assertThat(Registers.ccCrime(1 << 24)).isTrue();

        assertThat(Registers.cstsRdy(1)).isTrue();
        assertThat(Registers.cstsCfs(2)).isTrue();
        assertThat(Registers.cstsShst(8)).isEqualTo(Registers.SHST_COMPLETE);
        assertThat(Registers.cstsNssro(16)).isTrue();
        assertThat(Registers.cstsPp(32)).isTrue();
        assertThat(Registers.cstsSt(64)).isTrue();

        assertThat(Registers.aqa(2, 4096)).isEqualTo(0x0FFF_0001);
        assertThat(Registers.aqaAsqs(0x0FFF_0001)).isEqualTo(1);
        assertThat(Registers.aqaAcqs(0x0FFF_0001)).isEqualTo(4095);
        assertThat(Registers.version(0x0001_0400)).isEqualTo("1.4.0");
    }

    @Test
    void shouldFindDoorbellsBackFromTheirOffsets() {
        for (int dstrd = 0; dstrd < 16; dstrd++) {
            for (int qid : new int[] {0, 1, 2, 511, 65535}) {
                for (boolean completion : new boolean[] {false, true}) {
                    long offset = Registers.doorbellOffset(qid, completion, dstrd);
                    assertThat(Registers.isDoorbellAligned(offset, dstrd)).isTrue();
                    assertThat(Registers.doorbellQid(offset, dstrd)).isEqualTo(qid);
                    assertThat(Registers.doorbellIsCompletion(offset, dstrd)).isEqualTo(completion);
                }
            }
        }
    }

    @Test
    void shouldKnowWhereDoorbellsBegin() {
        assertThat(Registers.isDoorbell(0xFFC)).isFalse();
        assertThat(Registers.isDoorbell(0x1000)).isTrue();
        assertThat(Registers.doorbellOffset(1, true, 0)).isEqualTo(0x100C);
        assertThat(Registers.doorbellOffset(1, true, 2)).isEqualTo(0x1030);
        assertThat(Registers.isDoorbellAligned(0x1002, 0)).isFalse();
        assertThat(Registers.isDoorbellAligned(0x1004, 1)).isFalse();
    }

    @Test
    void shouldNameEveryOffset() {
        assertThat(Registers.name(0x14)).isEqualTo("CC");
        assertThat(Registers.name(0x04)).isEqualTo("CAP+4");
        assertThat(Registers.name(0x16)).isEqualTo("CC+2");
        assertThat(Registers.name(0x18)).isEqualTo("reserved 0x18");
        assertThat(Registers.name(-1)).isEqualTo("reserved 0xffffffffffffffff");
        assertThat(Registers.name(0x1008)).isEqualTo("doorbell 0x1008");
        assertThat(Registers.at(0xE18)).contains(Register.PMRMSCU);
        assertThat(Registers.at(0xE1C)).isEmpty();
        assertThat(Registers.at(Long.MAX_VALUE)).isEmpty();
    }

    @Test
    void shouldNotOverlapProperties() {
        Register before = null;
        for (Register register : Register.values()) {
            assertThat(register.offset() % register.width()).isZero();
            if (before != null) {
                assertThat(register.offset())
                        .isGreaterThanOrEqualTo(before.offset() + before.width());
            }
            before = register;
        }
    }

    @Test
    void shouldDescribeAValueInOneLine() {
        assertThat(Registers.describe(0x14, 0x460001))
                .isEqualTo("CC=0x460001 EN=1 CSS=0 MPS=0 AMS=0 SHN=none IOSQES=6 IOCQES=4");
        assertThat(Registers.describe(0x1C, 0xB)).isEqualTo("CSTS=0xb RDY=1 CFS SHST=complete");
        assertThat(Registers.describe(0x24, 0x10001))
                .isEqualTo("AQA=0x10001 ASQS=1 ACQS=1 (2 and 2 entries)");
        assertThat(Registers.describe(0x08, 0x10400)).isEqualTo("VS=0x10400 1.4.0");
        assertThat(Registers.describe(0x20, 0x4E564D65))
                .isEqualTo("NSSR=0x4e564d65 subsystem reset");
        assertThat(Registers.describe(0x00, CAP_QEMU))
                .isEqualTo(
                        "CAP=0x4020600f0107ff MQES=2047 CQR TO=7500ms DSTRD=0 CSS=0x3"
                                + " MPSMIN=0 MPSMAX=4 BPS");
        assertThat(Registers.describe(0x2C, 1)).isEqualTo("ASQ+4=0x1");
    }
}
