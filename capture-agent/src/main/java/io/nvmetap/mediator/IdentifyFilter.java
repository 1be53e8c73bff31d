package io.nvmetap.mediator;

import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.Side;
import io.nvmetap.nvme.AdminSqe;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.IdentifyCns;
import io.nvmetap.nvme.IdentifyController;
import io.nvmetap.nvme.IdentifyNamespace;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;

/**
 * Identify Controller as the guest may see it: no SGLs, no Doorbell Buffer Config, transfers no
 * longer than the mediator and the controller take. Through a bounce page, so that the guest never
 * sees the unfiltered data. Learns block sizes from Identify Namespace on the way.
 */
final class IdentifyFilter {
    private final MediatorState state;
    private final byte[] page = new byte[IdentifyController.SIZE];

    IdentifyFilter(MediatorState state) {
        this.state = state;
    }

    /** Whether an admin command's data goes through a bounce page. */
    static boolean bounces(byte[] sqe, int from) {
        return Sqe.opcode(sqe, from) == Opcodes.ADMIN_IDENTIFY
                && AdminSqe.cns(sqe, from) == IdentifyCns.CONTROLLER;
    }

    /** Going out; false if the guest's buffer is not described by PRPs that can be followed. */
    boolean prepare(Slot slot, byte[] sqe) {
        if (!bounces(sqe, 0)) {
            return true;
        }
        Pages pages = state.fetchedPages;
        pages.walk(sqe, 0, state.pageSize());
        slot.bounce =
                pages.walked()
                        ? state.pages.allocate(
                                IdentifyController.SIZE, Math.max(4096, state.pageSize()))
                        : null;
        if (slot.bounce == null) {
            return false;
        }
        Sqe.putPrp1(sqe, 0, slot.bounce.address);
        Sqe.putPrp2(sqe, 0, 0);
        return true;
    }

    /** Came back. */
    void finish(Slot slot, boolean good) {
        int cns = AdminSqe.cns(slot.sqe, 0);
        if (cns == IdentifyCns.NAMESPACE && good && guestPages(slot).copy(page, false)) {
            learn(Sqe.nsid(slot.sqe, 0), page);
        }
        if (slot.bounce == null) {
            return;
        }
        if (good) {
            byte[] content = slot.bounce.copy();
            String changes = filter(content);
            if (!changes.isEmpty()) {
                state.decide(
                        Side.GUEST,
                        DecisionKind.FILTERED,
                        "Identify Controller",
                        0,
                        slot.guestCid,
                        changes);
            }
            if (state.config.payload() != io.nvmetap.event.PayloadPolicy.NONE) {
                state.tap.filtered(slot, PayloadTap.kept(state, slot, content));
            }
            System.arraycopy(content, 0, page, 0, page.length);
            if (!guestPages(slot).copy(page, true)) {
                Cqe.putStatus(slot.cqe, 0, StatusCode.DATA_TRANSFER_ERROR);
            }
        }
        state.pages.free(slot.bounce);
        slot.bounce = null;
    }

    private Pages guestPages(Slot slot) {
        Pages pages = state.fetchedPages;
        pages.measure(true, slot.sqe, 0, slot.commandId, 0);
        pages.walk(slot.sqe, 0, state.pageSize());
        return pages;
    }

    /** Changes the data in place; says what was changed, "" for nothing. */
    private String filter(byte[] data) {
        IdentifyController id = new IdentifyController(data);
        StringBuilder changes = new StringBuilder();
        int mdts = id.mdts();
        int shown = shownMdts(mdts);
        if (shown != mdts) {
            id.putMdts(shown);
            changes.append("MDTS ").append(mdts).append(" to ").append(shown);
        }
        if (id.sgls() != 0) {
            id.putSgls(0);
            changes.append(changes.length() == 0 ? "" : ", ").append("SGLS cleared");
        }
        // fault: dbbuf-config-passed-through. Leaves the bit where the guest finds it.
        boolean shows = state.has(MediatorFault.DBBUF_CONFIG_PASSED_THROUGH);
        boolean serves = state.config.serveDoorbellBuffers();
        boolean has = (id.oacs() & IdentifyController.OACS_DOORBELL_BUFFER) != 0;
        if (has && !shows && !serves || serves && !has) {
            id.putOacs(id.oacs() ^ IdentifyController.OACS_DOORBELL_BUFFER);
            changes.append(changes.length() == 0 ? "" : ", ")
                    .append(has ? "OACS bit 8 cleared" : "OACS bit 8 set");
        }
        return changes.toString();
    }

    /** The smaller of the controller's limit and ours; 0 is no limit. */
    private int shownMdts(int device) {
        // fault: mdts-exceeded.
        if (state.has(MediatorFault.MDTS_EXCEEDED)) {
            return 0;
        }
        int shown = device;
        int[] caps = {state.config.mdtsMax(), state.profile.mdtsMax()};
        for (int cap : caps) {
            if (cap != 0 && (shown == 0 || shown > cap)) {
                shown = cap;
            }
        }
        return shown;
    }

    /** Remembers how long a block of a namespace is in a transfer. */
    void learn(long nsid, byte[] data) {
        state.blockBytes(nsid, new IdentifyNamespace(data).transferBlockBytes());
    }
}
