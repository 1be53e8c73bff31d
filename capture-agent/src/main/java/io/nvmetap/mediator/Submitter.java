package io.nvmetap.mediator;

import io.nvmetap.event.EventKind;
import io.nvmetap.event.Owner;
import io.nvmetap.nvme.Opcodes;
import io.nvmetap.nvme.Sqe;

/** Puts commands into the controller's submission queues. */
final class Submitter {
    /** Bits of an identifier in which Linux counts generations. */
    static final int GENERATION = 0xF000;

    private final MediatorState state;
    private final DevicePort port;
    private final PayloadTap payload;

    Submitter(MediatorState state, DevicePort port, PayloadTap payload) {
        this.state = state;
        this.port = port;
        this.payload = payload;
    }

    /** Whether one more command fits: a free identifier, and an entry the controller consumed. */
    boolean hasRoom(SqShadow sq) {
        return !sq.slots.full() && !sq.ringFull();
    }

    /**
     * Places a command; the doorbell is for {@link #ring}.
     *
     * @param sqe the entry as it goes out, but for its command identifier
     */
    void emit(Slot slot, byte[] sqe) {
        SqShadow sq = slot.sq;
        boolean own = slot.own != null;
        int at = sq.tail;
        // fault: host-sq-slot-overwrite. The entry before, not rung yet, is taken for free.
        if (at != sq.rung && state.faults.strikes(MediatorFault.HOST_SQ_SLOT_OVERWRITE)) {
            at = Math.floorMod(at - 1, sq.entries);
        }
        slot.emittedCid = slot.deviceCid;
        // fault: t2-cid-generation-bits. What the guest put above its tag stays there.
        if (!own && state.has(MediatorFault.T2_CID_GENERATION_BITS)) {
            slot.emittedCid |= slot.guestCid & GENERATION;
        }
        Sqe.putCid(sqe, 0, slot.emittedCid);
        sq.ring.data.put(at * sq.entryBytes(), sqe, 0, sq.entryBytes());
        sq.tail = (at + 1) % sq.entries;
        slot.entry = at;
        slot.event = sq.qid == 0 && slot.opcode() == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
        if (slot.event) {
            sq.cq.guestOut++;
            // fault: aer-counted-too-early. Counted when it was fetched.
            sq.cq.eventsOut += state.has(MediatorFault.AER_COUNTED_TOO_EARLY) ? 0 : 1;
        } else {
            sq.cq.pending++;
            if (own) {
                sq.cq.ownOut++;
            } else {
                sq.cq.guestOut++;
                sq.cq.guestSince++;
            }
        }
        measure(slot, sqe);
        Owner owner = own ? Owner.MEDIATOR : Owner.GUEST;
        state.tap.command(EventKind.COMMAND_EMITTED, sq, at, sqe, owner, state.emittedPages);
        payload.sent(slot, state.emittedPages);
    }

    private void measure(Slot slot, byte[] sqe) {
        Pages pages = state.emittedPages;
        int blockBytes = state.blockBytes(Sqe.nsid(sqe, 0));
        pages.measure(slot.sq.qid == 0, sqe, 0, slot.commandId, blockBytes);
        slot.dataBytes = pages.dataBytes();
        if (state.tap.on()) {
            pages.walk(sqe, 0, state.pageSize());
        }
    }

    /** Rings the tail if entries were placed since. */
    void ring(SqShadow sq) {
        if (sq.rung != sq.tail && state.open()) {
            port.ringTail(sq);
        }
    }
}
