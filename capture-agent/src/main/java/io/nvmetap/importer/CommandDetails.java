package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.Sqe;

/**
 * The lines QEMU logs while it executes one command, folded into the command's event: each tells
 * some bytes of the submission entry, which become known.
 */
final class CommandDetails {
    private CommandDetails() {}

    /**
     * @return true if the line was about the command
     */
    static boolean apply(LogLine l, CapturedEvent c, ControllerTrack.InFlight f) {
        switch (l.event) {
            case "pci_nvme_map_prp" -> mapPrp(l, c);
            case "pci_nvme_map_addr", "pci_nvme_map_addr_cmb" -> mapAddress(l, c);
            case "pci_nvme_map_sgl" -> {
                c.sgl = true;
                c.dataBytes = l.number("len", c.dataBytes);
            }
            case "pci_nvme_read", "pci_nvme_write" -> readWrite(l, c);
            case "pci_nvme_compare", "pci_nvme_verify" -> range(l, c, l.number("slba", 0));
            case "pci_nvme_dsm" -> {
                cdw(c, 10, l.number("nr", 1) - 1, 1);
                cdw(c, 11, l.number("attr", 0), 4);
            }
            case "pci_nvme_identify" -> identify(l, c);
            case "pci_nvme_identify_ns",
                    "pci_nvme_identify_ns_ind",
                    "pci_nvme_identify_ns_csi",
                    "pci_nvme_identify_nslist",
                    "pci_nvme_identify_ns_descr_list" ->
                    nsid(c, l.number("nsid", 0));
            case "pci_nvme_identify_ctrl", "pci_nvme_identify_ctrl_csi" -> {
                // Says no more than the identify line before it.
            }
            case "pci_nvme_flush_ns", "pci_nvme_format_set" -> nsid(c, l.number("nsid", 0));
            case "pci_nvme_get_log" -> getLog(l, c);
            case "pci_nvme_getfeat" -> feature(l, c, l.number("sel", 0) << 8, 2);
            case "pci_nvme_setfeat" -> feature(l, c, l.number("save", 0) << 31, 4);
            case "pci_nvme_create_sq", "pci_nvme_create_cq" -> createQueue(l, c, f);
            case "pci_nvme_del_sq" -> deleteQueue(l, c, f, "sqid");
            case "pci_nvme_del_cq" -> deleteQueue(l, c, f, "cqid");
            case "pci_nvme_dbbuf_config" -> {
                Sqe.putPrp1(c.entry, 0, l.number("dbs_addr", 0));
                Sqe.putPrp2(c.entry, 0, l.number("eis_addr", 0));
                c.known |= Sqe.KNOWN_PRP1 | Sqe.KNOWN_PRP2;
            }
            default -> {
                return isSilentDetail(l.event);
            }
        }
        return true;
    }

    private static boolean isSilentDetail(String event) {
        return event.startsWith("pci_nvme_identify_")
                || event.startsWith("pci_nvme_getfeat_")
                || event.startsWith("pci_nvme_setfeat_")
                || event.startsWith("pci_nvme_copy")
                || event.startsWith("pci_nvme_dsm_")
                || event.startsWith("pci_nvme_ns_attachment")
                || event.equals("pci_nvme_dma_read")
                || event.equals("pci_nvme_virt_mngmt")
                || event.equals("pci_nvme_aer");
    }

    private static void cdw(CapturedEvent c, int n, long value, int knownBytes) {
        Sqe.putCdw(c.entry, 0, n, (int) value);
        c.known |= Sqe.mask(4 * n, knownBytes);
    }

    private static void nsid(CapturedEvent c, long nsid) {
        Sqe.putNsid(c.entry, 0, nsid);
        c.known |= Sqe.KNOWN_NSID;
    }

    private static void mapPrp(LogLine l, CapturedEvent c) {
        Sqe.putPrp1(c.entry, 0, l.number("prp1", 0));
        Sqe.putPrp2(c.entry, 0, l.number("prp2", 0));
        c.known |= Sqe.KNOWN_PRP1 | Sqe.KNOWN_PRP2;
        c.dataBytes = l.number("len", -1);
    }

    private static void mapAddress(LogLine l, CapturedEvent c) {
        if (c.pageCount < CapturedEvent.PAGES_MAX) {
            c.page(l.number("addr", 0), (int) Math.min(l.number("len", 0), Integer.MAX_VALUE));
        }
    }

    private static void readWrite(LogLine l, CapturedEvent c) {
        range(l, c, l.number("lba", 0));
        long bytes = l.number("count", -1);
        c.dataBytes = Sqe.opcode(c.entry, 0) == 0x08 ? 0 : bytes;
    }

    private static void range(LogLine l, CapturedEvent c, long slba) {
        nsid(c, l.number("nsid", 0));
        cdw(c, 10, slba, 4);
        cdw(c, 11, slba >>> 32, 4);
        cdw(c, 12, l.number("nlb", 1) - 1 & 0xFFFF, 2);
    }

    private static void identify(LogLine l, CapturedEvent c) {
        cdw(c, 10, l.number("cns", 0) & 0xFF | l.number("ctrlid", 0) << 16, 1);
        c.known |= Sqe.mask(42, 2);
        Sqe.putCdw(c.entry, 0, 11, (int) (l.number("csi", 0) << 24));
        c.known |= Sqe.mask(47, 1);
    }

    private static void getLog(LogLine l, CapturedEvent c) {
        long dwords = Math.max(0, l.number("len", 4) / 4 - 1);
        long lid = l.number("lid", 0) & 0xFF;
        cdw(
                c,
                10,
                lid | l.number("lsp", 0) << 8 | l.number("rae", 0) << 15 | (dwords & 0xFFFF) << 16,
                4);
        cdw(c, 11, dwords >>> 16, 2);
        cdw(c, 12, l.number("off", 0), 4);
        cdw(c, 13, l.number("off", 0) >>> 32, 4);
    }

    private static void feature(LogLine l, CapturedEvent c, long high, int knownBytes) {
        nsid(c, l.number("nsid", 0));
        cdw(c, 10, l.number("fid", 0) & 0xFF | high, knownBytes);
        cdw(c, 11, l.number("cdw11", 0), 4);
    }

    private static void createQueue(LogLine l, CapturedEvent c, ControllerTrack.InFlight f) {
        boolean sq = l.event.endsWith("sq");
        long qid = l.number(sq ? "sqid" : "cqid", 0);
        long high = sq ? l.number("cqid", 0) : l.number("vector", 0);
        cdw(c, 10, qid | l.number("qsize", 0) << 16, 4);
        cdw(c, 11, l.number("qflags", 0) & 0xFFFF | high << 16, 4);
        Sqe.putPrp1(c.entry, 0, l.number("addr", 0));
        c.known |= Sqe.KNOWN_PRP1;
        c.dataBytes = 0;
        f.queue = (int) qid;
        f.queueCq = sq ? (int) high : (int) qid;
    }

    private static void deleteQueue(
            LogLine l, CapturedEvent c, ControllerTrack.InFlight f, String key) {
        cdw(c, 10, l.number(key, 0), 2);
        c.dataBytes = 0;
        f.queue = (int) l.number(key, -1);
    }
}
