package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class SqeTest {
    /** Identify, CID A1B2h, NSID 11223344h, every later byte its own position. */
    private static final byte[] GOLDEN =
            HexFormat.of()
                    .parseHex(
                            "0641b2a144332211"
                                    + "08090a0b0c0d0e0f"
                                    + "1011121314151617"
                                    + "18191a1b1c1d1e1f"
                                    + "2021222324252627"
                                    + "28292a2b2c2d2e2f"
                                    + "3031323334353637"
                                    + "38393a3b3c3d3e3f");

    @Test
    void shouldReadEveryFieldFromItsPlace() {
        byte[] buf = new byte[100];
        System.arraycopy(GOLDEN, 0, buf, 36, 64);

        assertThat(Sqe.opcode(buf, 36)).isEqualTo(0x06);
        assertThat(Sqe.fuse(buf, 36)).isEqualTo(Sqe.FUSE_FIRST);
        assertThat(Sqe.psdt(buf, 36)).isEqualTo(Sqe.PSDT_SGL_MPTR_BUFFER);
        assertThat(Sqe.reservedFlags(buf, 36)).isZero();
        assertThat(Sqe.cid(buf, 36)).isEqualTo(0xA1B2);
        assertThat(Sqe.nsid(buf, 36)).isEqualTo(0x11223344L);
        assertThat(Sqe.cdw2(buf, 36)).isEqualTo(0x0b0a0908);
        assertThat(Sqe.cdw3(buf, 36)).isEqualTo(0x0f0e0d0c);
        assertThat(Sqe.mptr(buf, 36)).isEqualTo(0x1716151413121110L);
        assertThat(Sqe.prp1(buf, 36)).isEqualTo(0x1f1e1d1c1b1a1918L);
        assertThat(Sqe.prp2(buf, 36)).isEqualTo(0x2726252423222120L);
        assertThat(Sqe.cdw10(buf, 36)).isEqualTo(0x2b2a2928);
        assertThat(Sqe.cdw11(buf, 36)).isEqualTo(0x2f2e2d2c);
        assertThat(Sqe.cdw12(buf, 36)).isEqualTo(0x33323130);
        assertThat(Sqe.cdw13(buf, 36)).isEqualTo(0x37363534);
        assertThat(Sqe.cdw14(buf, 36)).isEqualTo(0x3b3a3938);
        assertThat(Sqe.cdw15(buf, 36)).isEqualTo(0x3f3e3d3c);
        assertThat(Sqe.cdw(buf, 36, 12)).isEqualTo(Sqe.cdw12(buf, 36));
    }

    @Test
    void shouldBuildTheSameBytesFromItsFields() {
        byte[] buf = new byte[64];
        Sqe.putOpcode(buf, 0, 0x06);
        Sqe.putFlags(buf, 0, 0x41);
        Sqe.putCid(buf, 0, 0xA1B2);
        Sqe.putNsid(buf, 0, 0x11223344L);
        Sqe.putCdw(buf, 0, 2, 0x0b0a0908);
        Sqe.putCdw(buf, 0, 3, 0x0f0e0d0c);
        Sqe.putMptr(buf, 0, 0x1716151413121110L);
        Sqe.putPrp1(buf, 0, 0x1f1e1d1c1b1a1918L);
        Sqe.putPrp2(buf, 0, 0x2726252423222120L);
        Sqe.putCdw10(buf, 0, 0x2b2a2928);
        Sqe.putCdw11(buf, 0, 0x2f2e2d2c);
        Sqe.putCdw12(buf, 0, 0x33323130);
        Sqe.putCdw13(buf, 0, 0x37363534);
        Sqe.putCdw14(buf, 0, 0x3b3a3938);
        Sqe.putCdw15(buf, 0, 0x3f3e3d3c);

        assertThat(buf).isEqualTo(GOLDEN);
    }

    @Test
    void shouldKeepUnsignedValuesUnsigned() {
        byte[] buf = new byte[64];
        Sqe.putOpcode(buf, 0, 0xFF);
        Sqe.putCid(buf, 0, 0xFFFF);
        Sqe.putNsid(buf, 0, Sqe.NSID_ALL);
        Sqe.putFlags(buf, 0, 0xFC);

        assertThat(Sqe.opcode(buf, 0)).isEqualTo(0xFF);
        assertThat(Sqe.cid(buf, 0)).isEqualTo(Sqe.CID_RESERVED);
        assertThat(Sqe.nsid(buf, 0)).isEqualTo(0xFFFF_FFFFL);
        assertThat(Sqe.psdt(buf, 0)).isEqualTo(3);
        assertThat(Sqe.reservedFlags(buf, 0)).isEqualTo(0xF);
    }

    @Test
    void shouldTellKnownBytesOnlyWhenEveryOneIsKnown() {
        long mask = Sqe.KNOWN_OPCODE | Sqe.KNOWN_CID | Sqe.KNOWN_PRP1;

        assertThat(Sqe.known(mask, Sqe.CID_OFFSET, 2)).isTrue();
        assertThat(Sqe.known(mask, Sqe.OPCODE_OFFSET, 2)).isFalse();
        assertThat(Sqe.known(mask, Sqe.PRP1_OFFSET, 8)).isTrue();
        assertThat(Sqe.known(mask, Sqe.PRP1_OFFSET, 9)).isFalse();
        assertThat(Sqe.knownCdw(mask, 10)).isFalse();
        assertThat(Sqe.known(Sqe.KNOWN_ALL, 0, 64)).isTrue();
        assertThat(Sqe.mask(0, 64)).isEqualTo(Sqe.KNOWN_ALL);
        assertThat(Sqe.mask(0, 0)).isZero();
        assertThat(Sqe.mask(60, 4)).isEqualTo(Sqe.KNOWN_CDW15);
    }

    @Test
    void shouldSplitQueueCreation() {
        byte[] buf = new byte[64];
        AdminSqe.putCreateSq(buf, 0, 0xFFFE, 0xFFFF, 0x8001);
        assertThat(AdminSqe.qid(buf, 0)).isEqualTo(0xFFFE);
        assertThat(AdminSqe.qsize0(buf, 0)).isEqualTo(0xFFFF);
        assertThat(AdminSqe.cqid(buf, 0)).isEqualTo(0x8001);
        assertThat(AdminSqe.pc(buf, 0)).isTrue();
        assertThat(AdminSqe.qprio(buf, 0)).isEqualTo(AdminSqe.QPRIO_URGENT);

        AdminSqe.putCreateCq(buf, 0, 3, 255, 0xFFFF, false);
        assertThat(AdminSqe.iv(buf, 0)).isEqualTo(0xFFFF);
        assertThat(AdminSqe.ien(buf, 0)).isFalse();
        AdminSqe.putCreateCq(buf, 0, 3, 255, 7, true);
        assertThat(AdminSqe.ien(buf, 0)).isTrue();
        assertThat(Sqe.cdw11(buf, 0)).isEqualTo(0x0007_0003);
    }

    @Test
    void shouldSplitAdminDwords() {
        byte[] buf = new byte[64];
        AdminSqe.putIdentify(buf, 0, 0x13, 0x4321);
        assertThat(AdminSqe.cns(buf, 0)).isEqualTo(0x13);
        assertThat(AdminSqe.cntid(buf, 0)).isEqualTo(0x4321);

        AdminSqe.putGetFeatures(buf, 0, 0x81, 5);
        assertThat(AdminSqe.fid(buf, 0)).isEqualTo(0x81);
        assertThat(AdminSqe.sel(buf, 0)).isEqualTo(5);
        assertThat(AdminSqe.sv(buf, 0)).isFalse();
        Sqe.putCdw10(buf, 0, 0x8000_0007);
        assertThat(AdminSqe.sv(buf, 0)).isTrue();

        AdminSqe.putAbort(buf, 0, 2, 0xBEEF);
        assertThat(AdminSqe.abortSqid(buf, 0)).isEqualTo(2);
        assertThat(AdminSqe.abortCid(buf, 0)).isEqualTo(0xBEEF);

        Sqe.putCdw10(buf, 0, 0x2000 | 0x400 | 5);
        assertThat(AdminSqe.formatLbaf(buf, 0)).isEqualTo(0x25);
        assertThat(AdminSqe.formatSes(buf, 0)).isEqualTo(2);
    }

    @Test
    void shouldCountLogBytesOverBothHalvesOfNumd() {
        byte[] buf = new byte[64];
        for (long bytes : new long[] {4, 512, 1 << 18, (1 << 18) + 4, 1L << 34}) {
            AdminSqe.putGetLog(buf, 0, 2, bytes);
            assertThat(AdminSqe.lid(buf, 0)).isEqualTo(2);
            assertThat(AdminSqe.logLengthBytes(buf, 0)).isEqualTo(bytes);
        }
    }

    @Test
    void shouldSplitBlockCommands() {
        byte[] buf = new byte[64];
        NvmSqe.putRange(buf, 0, 0xFFFF_FFFF_FFFFL, 65536);
        assertThat(NvmSqe.slba(buf, 0)).isEqualTo(0xFFFF_FFFF_FFFFL);
        assertThat(NvmSqe.nlb0(buf, 0)).isEqualTo(65535);
        assertThat(NvmSqe.blockCount(buf, 0)).isEqualTo(65536);
        assertThat(NvmSqe.fua(buf, 0)).isFalse();

        Sqe.putCdw12(buf, 0, 0xC210_0000);
        assertThat(NvmSqe.fua(buf, 0)).isTrue();
        assertThat(NvmSqe.lr(buf, 0)).isTrue();
        assertThat(NvmSqe.deac(buf, 0)).isTrue();
        assertThat(NvmSqe.dtype(buf, 0)).isEqualTo(1);
        assertThat(NvmSqe.blockCount(buf, 0)).isEqualTo(1);

        NvmSqe.putDsm(buf, 0, 256, true);
        assertThat(NvmSqe.nr0(buf, 0)).isEqualTo(255);
        assertThat(NvmSqe.ad(buf, 0)).isTrue();
    }
}
