package io.nvmetap.importer;

import static io.nvmetap.importer.SampleLines.admin;
import static io.nvmetap.importer.SampleLines.io;
import static io.nvmetap.importer.SampleLines.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.Sqe;
import org.junit.jupiter.api.Test;

/** Lines about one command fold into one event, and tell no more than they say. */
class CommandDetailsTest {
    private static CapturedEvent command(String... lines) {
        ImportedLog log = ImportedLog.of(lines);
        assertThat(log.report().unparsed()).isEmpty();
        assertThat(log.report().folded()).isEqualTo(lines.length - 1);
        return log.only(EventKind.COMMAND_EMITTED);
    }

    @Test
    void shouldFoldARead() {
        CapturedEvent c =
                command(
                        "pci_nvme_io_cmd cid 7 nsid 0x1 sqid 1 opc 0x2 opname 'NVME_NVM_CMD_READ'",
                        "pci_nvme_read cid 7 nsid 1 nlb 9 count 4608 lba 0x100000002",
                        "pci_nvme_map_prp trans_len 3560 len 4608 prp1 0x1e5e2218 prp2 0x1e5e3000"
                                + " num_prps 2",
                        "pci_nvme_map_addr addr 0x1e5e2218 len 3560",
                        "pci_nvme_map_addr addr 0x1e5e3000 len 1048");

        assertThat(Sqe.cdw10(c.entry, 0)).isEqualTo(2);
        assertThat(Sqe.cdw11(c.entry, 0)).isEqualTo(1);
        assertThat(Sqe.cdw(c.entry, 0, 12) & 0xFFFF).isEqualTo(8);
        assertThat(Sqe.prp1(c.entry, 0)).isEqualTo(0x1e5e2218L);
        assertThat(Sqe.prp2(c.entry, 0)).isEqualTo(0x1e5e3000L);
        assertThat(c.dataBytes).isEqualTo(4608);
        assertThat(c.pageCount).isEqualTo(2);
        assertThat(c.pageAddress[1]).isEqualTo(0x1e5e3000L);
        assertThat(c.pageLengthBytes[1]).isEqualTo(1048);
        assertThat(c.side).isEqualTo(Side.DEVICE);
        assertThat(c.owner).isEqualTo(Owner.GUEST);
        assertThat(c.slot).isEqualTo(-1);
        assertThat(c.entryBytes).isEqualTo(64);
        assertThat(c.known & Sqe.KNOWN_FLAGS).isZero();
        assertThat(Sqe.known(c.known, Sqe.CDW12_OFFSET, 2)).isTrue();
        assertThat(Sqe.known(c.known, Sqe.CDW12_OFFSET + 2, 2)).isFalse();
    }

    @Test
    void shouldKeepPrpsUnknownUnderAnSgl() {
        CapturedEvent c =
                command(
                        io(7, 1, 1),
                        "pci_nvme_write cid 7 opname 'NVME_NVM_CMD_WRITE' nsid 1 nlb 256 count"
                                + " 131072 lba 0x400",
                        "pci_nvme_map_sgl type 0x3 len 131072",
                        "pci_nvme_map_addr addr 0x191f4000 len 131072");

        assertThat(c.sgl).isTrue();
        assertThat(c.dataBytes).isEqualTo(131072);
        assertThat(c.known & (Sqe.KNOWN_PRP1 | Sqe.KNOWN_PRP2)).isZero();
    }

    @Test
    void shouldBoundThePagesOfOneCommand() {
        String[] lines = new String[CapturedEvent.PAGES_MAX + 11];
        lines[0] = io(7, 1, 1);
        for (int i = 1; i < lines.length; i++) {
            lines[i] = "pci_nvme_map_addr addr 0x" + Integer.toHexString(i * 4096) + " len 4096";
        }

        assertThat(command(lines).pageCount).isEqualTo(CapturedEvent.PAGES_MAX);
    }

    @Test
    void shouldKeepTheNamespaceOfAFlushOfAllOfThem() {
        CapturedEvent c =
                command(
                        "pci_nvme_io_cmd cid 7 nsid 0xffffffff sqid 1 opc 0x0 opname"
                                + " 'NVME_NVM_CMD_FLUSH'",
                        "pci_nvme_flush_ns nsid 0x1",
                        "pci_nvme_flush_ns nsid 0x2");

        assertThat(Sqe.nsid(c.entry, 0)).isEqualTo(0xFFFFFFFFL);
    }

    @Test
    void shouldFoldIdentifyWithItsNamespace() {
        CapturedEvent c =
                command(
                        admin(5, 6),
                        "pci_nvme_identify cid 5 cns 0x13 ctrlid 4660 csi 0x2",
                        "pci_nvme_identify_ns nsid 256");

        assertThat(Sqe.cdw10(c.entry, 0)).isEqualTo(0x12340013);
        assertThat(Sqe.cdw11(c.entry, 0)).isEqualTo(0x02000000);
        assertThat(Sqe.nsid(c.entry, 0)).isEqualTo(256);
        assertThat(Sqe.known(c.known, Sqe.CDW10_OFFSET, 1)).isTrue();
        assertThat(Sqe.known(c.known, Sqe.CDW10_OFFSET + 1, 1)).isFalse();
        assertThat(Sqe.known(c.known, Sqe.CDW11_OFFSET, 1)).isFalse();
    }

    @Test
    void shouldFoldLogPageFeatureDatasetAndCopy() {
        CapturedEvent log =
                command(
                        admin(5, 2),
                        "pci_nvme_get_log cid 5 lid 0x5 lsp 0x1 rae 0x1 len 4096 off 4294967296");
        assertThat(Sqe.cdw10(log.entry, 0)).isEqualTo(1023 << 16 | 0x8105);
        assertThat(Sqe.cdw(log.entry, 0, 13)).isEqualTo(1);

        CapturedEvent feature =
                command(admin(5, 9), "pci_nvme_setfeat cid 5 nsid 0x1 fid 0x5 save 0x1 cdw11 0x10");
        assertThat(Sqe.cdw10(feature.entry, 0)).isEqualTo(0x80000005);

        CapturedEvent dsm =
                command(
                        io(7, 1, 9),
                        "pci_nvme_dsm nr 1 attr 0x4",
                        "pci_nvme_dsm_deallocate slba 171576 nlb 10698");
        assertThat(Sqe.cdw10(dsm.entry, 0) & 0xFF).isZero();
        assertThat(Sqe.cdw11(dsm.entry, 0)).isEqualTo(4);

        CapturedEvent copy = command(io(7, 1, 0x19), "pci_nvme_copy cid 7 nsid 1 nr 3 format 0x1");
        assertThat(Sqe.cdw(copy.entry, 0, 12)).isEqualTo(0x102);
    }

    @Test
    void shouldKnowWhereTheDoorbellBuffersAre() {
        CapturedEvent c =
                command(admin(5, 0x7C), "pci_nvme_dbbuf_config dbs_addr=0x242c000 eis_addr=0x2000");

        assertThat(Sqe.prp1(c.entry, 0)).isEqualTo(0x242c000L);
        assertThat(Sqe.prp2(c.entry, 0)).isEqualTo(0x2000L);
    }

    @Test
    void shouldNotGiveACommandALineAboutAnotherOne() {
        ImportedLog log =
                ImportedLog.of(
                        of(io(7, 1, 2), "pci_nvme_read cid 8 nsid 1 nlb 9 count 4608 lba 0x5"));

        assertThat(log.only(EventKind.COMMAND_EMITTED).knows(Sqe.CDW10_OFFSET, 4)).isFalse();
    }

    @Test
    void shouldNotGiveACommandALineOfAnotherThread() {
        ImportedLog log =
                ImportedLog.verbatim(
                        "7@1795353000.000001:"
                                + io(7, 1, 2)
                                + "\n8@1795353000.000002:pci_nvme_map_sgl type 0x3 len 512\n",
                        "");

        assertThat(log.only(EventKind.COMMAND_EMITTED).sgl).isFalse();
    }

    @Test
    void shouldLeaveACommandAloneWhenALineAboutItIsDamaged() {
        ImportedLog log =
                ImportedLog.of(io(7, 1, 2), "pci_nvme_map_prp trans_len 3560 len 4608 prp1 0x1e5");

        assertThat(log.only(EventKind.COMMAND_EMITTED).knows(Sqe.PRP1_OFFSET, 8)).isFalse();
        assertThat(log.report().unparsed()).containsEntry("pci_nvme_map_prp", 1L);
    }

    @Test
    void shouldNotSayWhoIssuedACommandWhereAMediatorStoodBetween() {
        ImportedLog log = ImportedLog.verbatim(io(7, 1, 2) + "\n", "bitvisor");

        assertThat(log.only(EventKind.COMMAND_EMITTED).owner).isEqualTo(Owner.UNKNOWN);
        assertThat(log.header().mediatorName()).isEqualTo("bitvisor");
    }

    @Test
    void shouldPutWhatAnotherThreadDoesMeanwhileBehindTheCommand() {
        ImportedLog log =
                ImportedLog.verbatim(
                        "7@1795353000.000001:"
                                + io(7, 1, 2)
                                + "\n8@1795353000.000002:"
                                + SampleLines.write(0x1008, 3)
                                + "\n7@1795353000.000003:pci_nvme_map_sgl type 0x3 len 512\n",
                        "");

        assertThat(log.kinds()).endsWith(EventKind.COMMAND_EMITTED, EventKind.DOORBELL_RUNG);
        assertThat(log.only(EventKind.COMMAND_EMITTED).dataBytes).isEqualTo(512);
    }
}
