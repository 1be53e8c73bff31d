package io.nvmetap.mediator;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.PayloadPolicy;
import io.nvmetap.event.Transfer;
import io.nvmetap.nvme.Cqe;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.SerialHash;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Data of commands as payload events, as far as the policy goes. Device side. */
final class PayloadTap {
    private static final byte[] NONE = {};

    /**
     * Data direction, opcode bits 1:0 (NVMe Base 2.0c 3.3.3.1): 01b to, 10b from the controller.
     */
    private static final int TO_CONTROLLER = 1;

    private static final int FROM_CONTROLLER = 2;

    private final MediatorState state;

    PayloadTap(MediatorState state) {
        this.state = state;
    }

    /** A command went out; its pages were walked. */
    void sent(Slot slot, Pages pages) {
        if (wanted(slot, TO_CONTROLLER) && pages.walked()) {
            emit(Transfer.TO_DEVICE, slot, pages);
        }
    }

    /** A command came back. */
    void received(Slot slot) {
        boolean good = StatusCode.success(Cqe.status(slot.cqe, 0));
        if (!good || !wanted(slot, FROM_CONTROLLER)) {
            return;
        }
        if (slot.bounce != null) {
            byte[] content = kept(state, slot, slot.bounce.copy());
            state.tap.payload(Transfer.FROM_DEVICE, slot, content, NONE, slot.dataBytes);
            return;
        }
        byte[] sqe = slot.own != null ? slot.own.sqe : slot.sqe;
        Pages pages = state.emittedPages;
        int blockBytes = state.blockBytes(Sqe.nsid(sqe, 0));
        pages.measure(slot.sq.qid == 0, sqe, 0, slot.commandId, blockBytes);
        long prp2 = slot.list == null ? Sqe.prp2(sqe, 0) : slot.list.address;
        pages.walk(Sqe.prp1(sqe, 0), prp2, state.pageSize(), null);
        if (pages.walked()) {
            emit(Transfer.FROM_DEVICE, slot, pages);
        }
    }

    private boolean wanted(Slot slot, int direction) {
        PayloadPolicy policy = state.config.payload();
        boolean inPolicy =
                policy == PayloadPolicy.ALL
                        || policy == PayloadPolicy.DIGEST
                        || policy == PayloadPolicy.ADMIN && slot.sq.qid == 0;
        boolean sides = slot.opcode() != Opcodes.ADMIN_DOORBELL_BUFFER_CONFIG || slot.sq.qid != 0;
        return state.tap.on()
                && inPolicy
                && sides
                && slot.dataBytes > 0
                && (slot.opcode() & 3) == direction;
    }

    private void emit(Transfer way, Slot slot, Pages pages) {
        byte[] content = new byte[(int) Math.min(slot.dataBytes, CapturedEvent.CONTENT_BYTES_MAX)];
        if (!pages.copy(content, false)) {
            return;
        }
        if (state.config.payload() == PayloadPolicy.DIGEST && slot.sq.qid != 0) {
            state.tap.payload(way, slot, NONE, sha256(content), slot.dataBytes);
        } else {
            state.tap.payload(way, slot, kept(state, slot, content), NONE, slot.dataBytes);
        }
    }

    /** Content as it is kept: all of it only where all was asked for. */
    static byte[] kept(MediatorState state, Slot slot, byte[] content) {
        boolean plain = slot.sq.qid != 0 || state.config.payload() == PayloadPolicy.ALL;
        return plain
                ? content
                : SerialHash.hide(slot.own != null ? slot.own.sqe : slot.sqe, content);
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException absent) {
            // Every Java platform has SHA-256; see MessageDigest.
            throw new IllegalStateException(absent);
        }
    }
}
