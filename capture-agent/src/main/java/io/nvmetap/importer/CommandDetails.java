package io.nvmetap.importer;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.nvme.Sqe;

/**
 * The lines QEMU logs while it executes one command, folded into the command's event: each tells
 * some bytes of the submission entry, which become known. Where QEMU shows every defined field of a
 * dword, its reserved bits are taken as zero.
 */
final class CommandDetails {
    private static final int WRITE_ZEROES = 0x08;
    private static final int ADMIN_SQID = 0;

    private CommandDetails() {}

    /**
     * Applies the line, unless {@link LogLine#bad} says that it is damaged: then nothing changes.
     *
     * @return true if the line was about the command
     */
    static boolean apply(LogLine l, CapturedEvent c, ControllerTrack.InFlight f) {
        if (l.number("cid", f.cid) != f.cid) {
            return false;
        }
        switch (l.event) {
            case "pci_nvme_map_prp" -> mapPrp(l, c);
            case "pci_nvme_map_addr", "pci_nvme_map_addr_cmb" -> mapAddress(l, c);
            case "pci_nvme_map_sgl" -> mapSgl(l, c);
            case "pci_nvme_read", "pci_nvme_write" -> readWrite(l, c);
            case "pci_nvme_compare", "pci_nvme_verify" -> range(l, c, l.need("slba", LogLine.ANY));
            case "pci_nvme_dsm" -> dsm(l, c);
            case "pci_nvme_copy" -> copy(l, c);
            case "pci_nvme_format_set" -> format(l, c);
            case "pci_nvme_identify" -> identify(l, c);
            case "pci_nvme_identify_ns",
                    "pci_nvme_identify_ns_ind",
                    "pci_nvme_identify_ns_csi",
                    "pci_nvme_identify_nslist",
                    "pci_nvme_identify_ns_descr_list" ->
                    nsid(c, l, l.need32("nsid"));
            case "pci_nvme_get_log" -> getLog(l, c);
            case "pci_nvme_getfeat" -> feature(l, c, l.need("sel", 0xFF) << 8, 2);
            case "pci_nvme_setfeat" -> feature(l, c, l.need("save", 1) << 31, 4);
            case "pci_nvme_create_sq", "pci_nvme_create_cq" -> createQueue(l, c, f);
            case "pci_nvme_del_sq" -> deleteQueue(l, c, f, "sqid");
            case "pci_nvme_del_cq" -> deleteQueue(l, c, f, "cqid");
            case "pci_nvme_dbbuf_config" -> dbbufConfig(l, c);
            default -> {
                return isSilentDetail(l.event);
            }
        }
        return true;
    }

    /**
     * Lines that tell no more of the entry than others do; flush_ns names each namespace in turn.
     */
    private static boolean isSilentDetail(String event) {
        return event.startsWith("pci_nvme_identify_")
                || event.startsWith("pci_nvme_getfeat_")
                || event.startsWith("pci_nvme_setfeat_")
                || event.startsWith("pci_nvme_copy_")
                || event.startsWith("pci_nvme_dsm_")
                || event.startsWith("pci_nvme_ns_attachment")
                || event.equals("pci_nvme_flush_ns")
                || event.equals("pci_nvme_dma_read")
                || event.equals("pci_nvme_virt_mngmt")
                || event.equals("pci_nvme_aer");
    }

    private static void cdw(CapturedEvent c, int n, long value, int knownBytes) {
        Sqe.putCdw(c.entry, 0, n, (int) value);
        c.known |= Sqe.mask(4 * n, knownBytes);
    }

    /** The line of an I/O command tells its NSID; what follows may name namespaces it reaches. */
    private static void nsid(CapturedEvent c, LogLine l, long nsid) {
        if (!l.bad && c.qid == ADMIN_SQID) {
            Sqe.putNsid(c.entry, 0, nsid);
            c.known |= Sqe.KNOWN_NSID;
        }
    }

    private static void mapPrp(LogLine l, CapturedEvent c) {
        long prp1 = l.need("prp1", LogLine.ANY);
        long prp2 = l.need("prp2", LogLine.ANY);
        long length = l.need32("len");
        if (!l.bad) {
            Sqe.putPrp1(c.entry, 0, prp1);
            Sqe.putPrp2(c.entry, 0, prp2);
            c.known |= Sqe.KNOWN_PRP1 | Sqe.KNOWN_PRP2;
            c.dataBytes = length;
        }
    }

    private static void mapSgl(LogLine l, CapturedEvent c) {
        long length = l.need("len", Long.MAX_VALUE);
        if (!l.bad) {
            c.sgl = true;
            c.dataBytes = length;
        }
    }

    private static void mapAddress(LogLine l, CapturedEvent c) {
        long address = l.need("addr", LogLine.ANY);
        long length = l.need("len", Integer.MAX_VALUE);
        if (!l.bad && c.pageCount < CapturedEvent.PAGES_MAX) {
            c.page(address, (int) length);
        }
    }

    private static void readWrite(LogLine l, CapturedEvent c) {
        long bytes = l.need("count", Long.MAX_VALUE);
        range(l, c, l.need("lba", LogLine.ANY));
        if (!l.bad) {
            c.dataBytes = Sqe.opcode(c.entry, 0) == WRITE_ZEROES ? 0 : bytes;
        }
    }

    private static void range(LogLine l, CapturedEvent c, long slba) {
        long blocks = l.need("nlb", 1 << 16);
        if (!l.bad) {
            cdw(c, 10, slba, 4);
            cdw(c, 11, slba >>> 32, 4);
            cdw(c, 12, blocks - 1 & 0xFFFF, 2);
        }
    }

    private static void dsm(LogLine l, CapturedEvent c) {
        long ranges = l.need("nr", 256);
        long attributes = l.need32("attr");
        if (!l.bad) {
            cdw(c, 10, ranges - 1 & 0xFF, 1);
            cdw(c, 11, attributes, 4);
        }
    }

    private static void copy(LogLine l, CapturedEvent c) {
        long ranges = l.need("nr", 256);
        long format = l.need("format", 0xF);
        if (!l.bad) {
            cdw(c, 12, ranges - 1 & 0xFF | format << 8, 1);
        }
    }

    private static void format(LogLine l, CapturedEvent c) {
        long low = l.need("lbaf", 0xF) | l.need("mset", 1) << 4 | l.need("pi", 7) << 5;
        long pil = l.need("pil", 1);
        if (!l.bad) {
            cdw(c, 10, low | pil << 8, 1);
        }
    }

    private static void identify(LogLine l, CapturedEvent c) {
        long cns = l.need("cns", 0xFF);
        long controller = l.need16("ctrlid");
        long csi = l.need("csi", 0xFF);
        if (!l.bad) {
            cdw(c, 10, cns | controller << 16, 1);
            c.known |= Sqe.mask(Sqe.CDW10_OFFSET + 2, 2);
            cdw(c, 11, csi << 24, 0);
            c.known |= Sqe.mask(Sqe.CDW11_OFFSET + 3, 1);
        }
    }

    private static void getLog(LogLine l, CapturedEvent c) {
        long low = l.need("lid", 0xFF) | l.need("lsp", 0x7F) << 8 | l.need("rae", 1) << 15;
        long dwords = Math.max(0, l.need32("len") / 4 - 1);
        long offset = l.need("off", Long.MAX_VALUE);
        if (!l.bad) {
            cdw(c, 10, low | (dwords & 0xFFFF) << 16, 4);
            cdw(c, 11, dwords >>> 16, 2);
            cdw(c, 12, offset, 4);
            cdw(c, 13, offset >>> 32, 4);
        }
    }

    private static void feature(LogLine l, CapturedEvent c, long high, int knownBytes) {
        long fid = l.need("fid", 0xFF);
        long cdw11 = l.need32("cdw11");
        nsid(c, l, l.need32("nsid"));
        if (!l.bad) {
            cdw(c, 10, fid | high, knownBytes);
            cdw(c, 11, cdw11, 4);
        }
    }

    /** The line comes before QEMU validates; the queue exists when the command has succeeded. */
    private static void createQueue(LogLine l, CapturedEvent c, ControllerTrack.InFlight f) {
        boolean sq = l.event.endsWith("sq");
        int qid = l.need16(sq ? "sqid" : "cqid");
        int high = l.need16(sq ? "cqid" : "vector");
        int size = l.need16("qsize");
        int flags = l.need16("qflags");
        long address = l.need("addr", LogLine.ANY);
        if (!l.bad) {
            cdw(c, 10, qid | (long) size << 16, 4);
            cdw(c, 11, flags | (long) high << 16, 4);
            Sqe.putPrp1(c.entry, 0, address);
            c.known |= Sqe.KNOWN_PRP1;
            c.dataBytes = 0;
            f.queue = qid;
            f.queueCq = sq ? high : qid;
        }
    }

    private static void deleteQueue(
            LogLine l, CapturedEvent c, ControllerTrack.InFlight f, String key) {
        int qid = l.need16(key);
        if (!l.bad) {
            cdw(c, 10, qid, 2);
            c.dataBytes = 0;
            f.queue = qid;
        }
    }

    private static void dbbufConfig(LogLine l, CapturedEvent c) {
        long doorbells = l.need("dbs_addr", LogLine.ANY);
        long eventIndices = l.need("eis_addr", LogLine.ANY);
        if (!l.bad) {
            Sqe.putPrp1(c.entry, 0, doorbells);
            Sqe.putPrp2(c.entry, 0, eventIndices);
            c.known |= Sqe.KNOWN_PRP1 | Sqe.KNOWN_PRP2;
        }
    }
}
