package io.nvmetap.session;

import io.nvmetap.event.ControllerInfo;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.LittleEndian;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.plan.ControllerFacts;
import io.nvmetap.plan.Exchange;
import io.nvmetap.plan.Plan;
import io.nvmetap.plan.Stimulus;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Identify data: what the recording captured, else pages that agree with what it shows. */
final class IdentifyPages {
    /** Captured pages kept by what was asked. */
    static final int PAGES_MAX = 4096;

    private static final int PAGE = 4096;
    private static final long BLOCKS = 1L << 32;
    private static final int MDTS_MIN = 7;
    private static final int NIDT_EUI64 = 1;

    private final Map<Long, byte[]> captured = new HashMap<>();
    private final ControllerFacts facts;
    private final ControllerInfo info;

    IdentifyPages(Plan plan, int controller) {
        facts = plan.facts();
        List<ControllerInfo> all = plan.header().controllers();
        info = controller < all.size() ? all.get(controller) : ControllerInfo.unknown();
        for (Stimulus stimulus : plan.stimuli()) {
            if (stimulus instanceof Stimulus.Submit submit) {
                submit.exchanges().forEach(this::keep);
            }
        }
    }

    private void keep(Exchange exchange) {
        if (exchange.admin()
                && exchange.opcode() == Opcodes.ADMIN_IDENTIFY
                && captured.size() < PAGES_MAX) {
            byte[] page = exchange.controllerPayload();
            if (page.length == PAGE) {
                captured.putIfAbsent(key(exchange.sqe()), page);
            }
        }
    }

    private static long key(byte[] sqe) {
        return Sqe.nsid(sqe, 0) << 8 | AdminSqe.cns(sqe, 0);
    }

    /** The page that answers this Identify command. */
    byte[] page(byte[] sqe) {
        byte[] known = captured.get(key(sqe));
        if (known != null) {
            return known;
        }
        return switch (AdminSqe.cns(sqe, 0)) {
            case IdentifyCns.NAMESPACE -> namespace(Sqe.nsid(sqe, 0));
            case IdentifyCns.CONTROLLER -> controller();
            case IdentifyCns.ACTIVE_NAMESPACE_LIST -> list(Sqe.nsid(sqe, 0));
            case IdentifyCns.NAMESPACE_DESCRIPTORS -> descriptors(Sqe.nsid(sqe, 0));
            default -> new byte[PAGE];
        };
    }

    private byte[] controller() {
        byte[] page = new byte[PAGE];
        IdentifyController id = new IdentifyController(page);
        id.putPciIds(info.vendorId() >= 0 ? info.vendorId() : 0x1B36, 0x1AF4);
        id.putSn("replay");
        id.putMn(info.model().isEmpty() ? "nvmetap replay" : info.model());
        id.putFr(info.firmwareRevision().isEmpty() ? "1" : info.firmwareRevision());
        id.putMdts(info.mdts() >= 0 ? info.mdts() : mdts());
        id.putVer(info.vs() != 0 ? (int) info.vs() : 0x1_0400);
        id.putCntrltype(1);
        id.putEntrySizes(0x66, 0x44);
        id.putAerl(3);
        id.putAcl(3);
        id.putNn(Math.max(256, namespaces().last()));
        id.putOncs(0x5F);
        id.putVwc(1);
        id.putSubnqn("nqn.2014-08.org.nvmexpress:nvmetap-replay");
        return page;
    }

    /** A limit that every transfer of the recording keeps. */
    private int mdts() {
        long pages = (facts.transferBytesMax() + PAGE - 1) / PAGE;
        return Math.max(MDTS_MIN, Long.SIZE - Long.numberOfLeadingZeros(Math.max(pages, 1) - 1));
    }

    private TreeSet<Long> namespaces() {
        TreeSet<Long> ids = new TreeSet<>(facts.blockBytes().keySet());
        if (ids.isEmpty()) {
            ids.add(1L);
        }
        return ids;
    }

    private byte[] namespace(long nsid) {
        byte[] page = new byte[PAGE];
        if (!namespaces().contains(nsid)) {
            return page;
        }
        int block = facts.blockBytes().getOrDefault(nsid, 512);
        int lbads = block >= 512 ? 31 - Integer.numberOfLeadingZeros(block) : 9;
        IdentifyNamespace id = new IdentifyNamespace(page);
        id.putSizes(BLOCKS, BLOCKS, BLOCKS);
        id.putFormats(0, 0);
        id.putLbaf(0, lbads, 0, 0);
        return page;
    }

    private byte[] list(long after) {
        byte[] page = new byte[PAGE];
        int at = 0;
        for (long nsid : namespaces()) {
            if (nsid > after && at < PAGE) {
                LittleEndian.put32(page, at, (int) nsid);
                at += 4;
            }
        }
        return page;
    }

    private byte[] descriptors(long nsid) {
        byte[] page = new byte[PAGE];
        page[0] = NIDT_EUI64;
        page[1] = 8;
        LittleEndian.put64(page, 4, 0x0100_0000_5254_0000L + nsid);
        return page;
    }
}
