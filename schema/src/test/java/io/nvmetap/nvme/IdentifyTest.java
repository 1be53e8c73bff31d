package io.nvmetap.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class IdentifyTest {
    @Test
    void shouldReadBackAControllerPage() {
        byte[] page = new byte[4096];
        IdentifyController id = new IdentifyController(page);
        id.putPciIds(0x106B, 0x8086);
        id.putSn("SN-1");
        id.putMn("A model whose name is longer than forty characters");
        id.putFr("1.0");
        id.putMdts(8);
        id.putCntlid(0xFFEE);
        id.putVer(0x10400);
        id.putCntrltype(1);
        id.putOacs(IdentifyController.OACS_DOORBELL_BUFFER | IdentifyController.OACS_FORMAT);
        id.putAcl(3);
        id.putAerl(7);
        id.putLpa(5);
        id.putElpe(63);
        id.putEntrySizes(0x66, 0x44);
        id.putMaxcmd(1024);
        id.putNn(0xFFFF_FFFEL);
        id.putOncs(0x5F);
        id.putVwc(7);
        id.putSgls(1);
        id.putSubnqn("nqn.2014-08.org.nvmexpress:x");

        assertThat(id.vid()).isEqualTo(0x106B);
        assertThat(id.ssvid()).isEqualTo(0x8086);
        assertThat(id.sn()).isEqualTo("SN-1");
        assertThat(id.mn()).isEqualTo("A model whose name is longer than forty");
        assertThat(id.fr()).isEqualTo("1.0");
        assertThat(id.mdts()).isEqualTo(8);
        assertThat(id.cntlid()).isEqualTo(0xFFEE);
        assertThat(id.ver()).isEqualTo(0x10400);
        assertThat(id.cntrltype()).isEqualTo(1);
        assertThat(id.oacs()).isEqualTo(0x102);
        assertThat(id.acl()).isEqualTo(3);
        assertThat(id.aerl()).isEqualTo(7);
        assertThat(id.lpa()).isEqualTo(5);
        assertThat(id.elpe()).isEqualTo(63);
        assertThat(id.sqes()).isEqualTo(0x66);
        assertThat(id.cqes()).isEqualTo(0x44);
        assertThat(id.maxcmd()).isEqualTo(1024);
        assertThat(id.nn()).isEqualTo(0xFFFF_FFFEL);
        assertThat(id.oncs()).isEqualTo(0x5F);
        assertThat(id.vwc()).isEqualTo(7);
        assertThat(id.sgls()).isEqualTo(1);
        assertThat(id.subnqn()).isEqualTo("nqn.2014-08.org.nvmexpress:x");
        // The bytes a driver would look at.
        assertThat(page[77]).isEqualTo((byte) 8);
        assertThat(page[257]).isEqualTo((byte) 1);
        assertThat(page[512]).isEqualTo((byte) 0x66);
        assertThat(page[525]).isEqualTo((byte) 7);
        assertThat(page[536]).isEqualTo((byte) 1);
        assertThat(page[4]).isEqualTo((byte) 'S');
        assertThat(page[23]).isEqualTo((byte) ' ');
    }

    @Test
    void shouldKeepOtherFieldsWhenAStringIsCut() {
        byte[] page = new byte[4096];
        IdentifyController id = new IdentifyController(page);
        id.putFr("12345678");
        id.putMn("m".repeat(100));
        assertThat(id.fr()).isEqualTo("12345678");
        id.putSubnqn("q".repeat(500));
        assertThat(id.subnqn()).hasSize(255);
        assertThat(page[1024]).isZero();
    }

    @Test
    void shouldTurnMdtsIntoBytes() {
        IdentifyController id = new IdentifyController(new byte[4096]);
        assertThat(id.maxTransferBytes(0)).isEqualTo(Long.MAX_VALUE);
        id.putMdts(5);
        assertThat(id.maxTransferBytes(0)).isEqualTo(128 * 1024);
        assertThat(id.maxTransferBytes(2)).isEqualTo(512 * 1024);
        id.putMdts(31);
        assertThat(id.maxTransferBytes(15)).isEqualTo(1L << 58);
        id.putMdts(32);
        assertThat(id.maxTransferBytes(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldShowForeignBytesInStringsAsQuestionMarks() {
        byte[] page = new byte[4096];
        page[4] = 0x1B;
        page[5] = (byte) 0xE9;
        page[6] = 'x';
        assertThat(new IdentifyController(page).sn()).isEqualTo("??x");
    }

    @Test
    void shouldReadBackANamespacePage() {
        byte[] page = new byte[5000];
        IdentifyNamespace ns = new IdentifyNamespace(page, 100);
        ns.putSizes(1000, 900, 800);
        ns.putNsfeat(4);
        ns.putFormats(1, 1);
        ns.putLbaf(0, 9, 0, 2);
        ns.putLbaf(1, 12, 8, 0);
        ns.putEui64(0x5254_00FF_FE12_3456L);

        assertThat(ns.nsze()).isEqualTo(1000);
        assertThat(ns.ncap()).isEqualTo(900);
        assertThat(ns.nuse()).isEqualTo(800);
        assertThat(ns.nsfeat()).isEqualTo(4);
        assertThat(ns.nlbaf()).isEqualTo(1);
        assertThat(ns.formatIndex()).isEqualTo(1);
        assertThat(ns.lbads(0)).isEqualTo(9);
        assertThat(ns.lbaSizeBytes()).isEqualTo(4096);
        assertThat(ns.transferBlockBytes()).isEqualTo(4096);
        assertThat(ns.eui64()).isEqualTo(0x5254_00FF_FE12_3456L);
        assertThat(page[100 + 120]).isEqualTo((byte) 0x52);
        assertThat(page[100 + 128 + 2]).isEqualTo((byte) 9);

        ns.putFormats(1, 0x11);
        assertThat(ns.metadataInterleaved()).isTrue();
        assertThat(ns.transferBlockBytes()).isEqualTo(4104);
    }

    @Test
    void shouldUseTheUpperFormatBitsOnlyWithManyFormats() {
        IdentifyNamespace ns = new IdentifyNamespace(new byte[4096]);
        ns.putFormats(15, 0x22);
        assertThat(ns.formatIndex()).isEqualTo(2);
        ns.putFormats(63, 0x6F);
        assertThat(ns.formatIndex()).isEqualTo(63);
        ns.putLbaf(63, 9, 0, 0);
        assertThat(ns.lbaSizeBytes()).isEqualTo(512);
    }

    @Test
    void shouldNotInventABlockSize() {
        IdentifyNamespace ns = new IdentifyNamespace(new byte[4096]);
        assertThat(ns.lbaSizeBytes()).isZero();
        for (int lbads : new int[] {1, 8, 31, 255}) {
            ns.putLbaf(0, lbads, 0, 0);
            assertThat(ns.lbaSizeBytes()).as("LBADS %d", lbads).isZero();
        }
        ns.putLbaf(0, 30, 0, 0);
        assertThat(ns.lbaSizeBytes()).isEqualTo(1 << 30);
    }

    @Test
    void shouldRefuseAShortPage() {
        assertThatThrownBy(() -> new IdentifyController(new byte[4095]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new IdentifyNamespace(new byte[4096], 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
