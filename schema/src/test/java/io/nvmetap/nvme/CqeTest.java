package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class CqeTest {
    /** DW0 1, SQHD 5, SQID 2, CID 1234h, status Invalid Field with DNR and More, phase 1. */
    private static final byte[] GOLDEN =
            HexFormat.of().parseHex("0100000078563412" + "05000200341205c0");

    @Test
    void shouldReadEveryFieldFromItsPlace() {
        assertThat(Cqe.dw0(GOLDEN, 0)).isEqualTo(1);
        assertThat(Cqe.dw1(GOLDEN, 0)).isEqualTo(0x12345678);
        assertThat(Cqe.sqhd(GOLDEN, 0)).isEqualTo(5);
        assertThat(Cqe.sqid(GOLDEN, 0)).isEqualTo(2);
        assertThat(Cqe.cid(GOLDEN, 0)).isEqualTo(0x1234);
        assertThat(Cqe.phase(GOLDEN, 0)).isEqualTo(1);
        assertThat(Cqe.status(GOLDEN, 0)).isEqualTo(0x6002);
        assertThat(Cqe.sc(GOLDEN, 0)).isEqualTo(2);
        assertThat(Cqe.sct(GOLDEN, 0)).isZero();
        assertThat(Cqe.crd(GOLDEN, 0)).isZero();
        assertThat(Cqe.more(GOLDEN, 0)).isTrue();
        assertThat(Cqe.dnr(GOLDEN, 0)).isTrue();
    }

    @Test
    void shouldBuildTheSameBytesFromItsFields() {
        byte[] buf = new byte[20];
        Cqe.putDw0(buf, 4, 1);
        Cqe.putDw1(buf, 4, 0x12345678);
        Cqe.putSqhd(buf, 4, 5);
        Cqe.putSqid(buf, 4, 2);
        Cqe.putCid(buf, 4, 0x1234);
        Cqe.putStatusAndPhase(buf, 4, 0x6002, 1);

        assertThat(buf).endsWith(GOLDEN).startsWith(0, 0, 0, 0);
    }

    @Test
    void shouldChangeStatusAndPhaseIndependently() {
        byte[] buf = GOLDEN.clone();
        Cqe.putPhase(buf, 0, 0);
        assertThat(Cqe.status(buf, 0)).isEqualTo(0x6002);
        assertThat(Cqe.phase(buf, 0)).isZero();
        Cqe.putPhase(buf, 0, 1);
        Cqe.putStatus(buf, 0, 0x7FFF);
        assertThat(Cqe.phase(buf, 0)).isEqualTo(1);
        assertThat(Cqe.status(buf, 0)).isEqualTo(0x7FFF);
        assertThat(Cqe.crd(buf, 0)).isEqualTo(3);
        assertThat(Cqe.sct(buf, 0)).isEqualTo(7);
    }

    @Test
    void shouldNotTakeAKnownStatusForAKnownPhase() {
        int mask = Cqe.KNOWN_CID | Cqe.KNOWN_STATUS;
        assertThat(Cqe.known(mask, Cqe.STATUS_OFFSET, 2)).isTrue();
        assertThat(Cqe.phaseKnown(mask)).isFalse();
        assertThat(Cqe.phaseKnown(mask | Cqe.KNOWN_PHASE)).isTrue();
        assertThat(Cqe.known(mask, Cqe.SQHD_OFFSET, 2)).isFalse();
        assertThat(Cqe.known(Cqe.KNOWN_ALL, 0, 16)).isTrue();
        assertThat(Cqe.phaseKnown(Cqe.KNOWN_ALL)).isTrue();
        assertThat(Cqe.mask(Cqe.CID_OFFSET, 2)).isEqualTo(Cqe.KNOWN_CID);
    }
}
