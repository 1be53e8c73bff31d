package io.nvmetap.wire;

import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DecisionKind;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.Edge;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.ResetKind;
import io.nvmetap.event.ShadowCell;
import io.nvmetap.event.Side;
import io.nvmetap.event.TakeOverStep;
import io.nvmetap.event.Transfer;

/** The body of a frame becomes an event. Place, session and time are not set here. */
final class TapBody {
    private static final int DIGEST_BYTES = 32;
    private static final int ENTRY_BYTES = 64;

    private final BodyIn in = new BodyIn();

    /**
     * Fills {@code e} with kind, side and what belongs to the kind.
     *
     * @throws MalformedEventException if the body is not one of its kind
     */
    void decode(TapFrame f, CapturedEvent e) {
        in.wrap(f.bytes, f.bodyAt, f.bodyBytes);
        e.side = Side.of(f.side);
        e.kind = EventKind.of(f.kind);
        switch (e.kind) {
            case STATE_SNAPSHOT -> e.state = TapHello.state(in);
            case REGISTER_READ, REGISTER_WRITTEN -> register(e);
            case DOORBELL_RUNG, SHADOW_DOORBELL -> doorbell(e);
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(e);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(e);
            case COMPLETION_STORED -> store(e);
            case STORE_FENCE -> e.qid = in.int16();
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED -> interrupt(e);
            case VECTOR_MASKED, VECTOR_UNMASKED, VECTOR_FLUSHED -> e.vector = in.int16();
            case LOCK_TAKEN, LOCK_RELEASED -> e.value = in.int64();
            default -> rare(e);
        }
    }

    /**
     * @throws MalformedEventException if the body is no header
     */
    TapHello hello(TapFrame f) {
        return TapHello.decode(in.wrap(f.bytes, f.bodyAt, f.bodyBytes));
    }

    private void register(CapturedEvent e) {
        e.space = RegisterSpace.of(in.int8());
        e.widthBytes = in.int8();
        e.flag = in.int8() != 0;
        in.skip(5);
        e.registerOffset = in.int64();
        e.value = in.int64();
    }

    private void doorbell(CapturedEvent e) {
        int bits = in.int16();
        e.doorbell = DoorbellKind.of(bits & 1);
        e.cell = ShadowCell.of(bits >>> 1 & 1);
        e.flag = (bits & 4) != 0;
        e.qid = in.int16();
        e.value = in.int32();
    }

    private void command(CapturedEvent e) {
        e.qid = in.int16();
        e.entryBytes = in.int16();
        if (e.entryBytes != ENTRY_BYTES && e.entryBytes != CapturedEvent.ENTRY_BYTES_MAX) {
            throw new MalformedEventException("an entry of " + e.entryBytes + " bytes");
        }
        e.slot = in.int32();
        e.owner = Owner.of(in.int8());
        e.sgl = in.int8() != 0;
        int pages = in.int16();
        e.known = in.int64();
        e.commandId = in.int64();
        e.dataBytes = in.int64();
        in.copy(e.entry, e.entryBytes);
        e.pageCount = 0;
        for (int i = 0; i < pages; i++) {
            long address = in.int64();
            e.page(address, in.int32());
        }
    }

    private void completion(CapturedEvent e) {
        e.qid = in.int16();
        e.owner = Owner.of(in.int16());
        e.slot = in.int32();
        e.known = in.int32();
        e.commandId = in.int64();
        e.entryBytes = 16;
        in.copy(e.entry, e.entryBytes);
    }

    private void store(CapturedEvent e) {
        e.qid = in.int16();
        e.storeIndex = in.int16();
        e.slot = in.int32();
        e.byteOffset = in.int8();
        e.byteCount = in.int8();
        in.skip(2);
        e.value = in.int64();
        e.commandId = in.int64();
    }

    private void interrupt(CapturedEvent e) {
        e.vector = in.int16();
        e.interrupt = InterruptKind.of(in.int8());
        in.skip(5);
    }

    private void rare(CapturedEvent e) {
        switch (e.kind) {
            case INTERRUPT_SUPPRESSED -> {
                interrupt(e);
                e.label = in.text();
            }
            case CONTROLLER_RESET -> {
                e.reset = ResetKind.of(in.int8());
                e.edge = Edge.of(in.int8());
            }
            case TAKE_OVER -> {
                e.step = TakeOverStep.of((int) in.int64());
                e.label = in.text();
            }
            case DECISION -> decision(e);
            case PAYLOAD -> payload(e);
            case ANNOTATION -> {
                in.skip(8);
                e.label = in.text();
                e.text = in.text();
            }
            case EVENTS_LOST -> {
                e.value = in.int64();
                e.label = in.text();
            }
            case CAPTURE_ENDED -> {
                e.value = in.int64();
                e.lost = in.int64();
                e.label = in.text();
            }
            case POINTER_LIST_READ -> {
                e.qid = in.int32() & 0xFFFF;
                e.commandId = in.int64();
                e.registerOffset = in.int64();
                e.content = in.array(bounded(in.int32()));
            }
            case QUEUE_MEMORY_RELEASED -> {
                e.flag = in.int16() != 0;
                e.qid = in.int16();
            }
            case REQUEST_STATE -> {
                e.request = RequestStep.of(in.int8());
                e.owner = Owner.of(in.int8());
                e.qid = in.int16();
                in.skip(4);
                e.commandId = in.int64();
            }
            case HEARTBEAT, INTERRUPT_LINE_LOWERED -> in.skip(in.left());
            default -> throw new MalformedEventException(e.kind + " is not for a tap to tell");
        }
    }

    private void decision(CapturedEvent e) {
        e.decision = DecisionKind.of(in.int8());
        int none = in.int8();
        int qid = in.int16();
        int cid = in.int16();
        in.skip(2);
        e.qid = (none & 1) != 0 ? -1 : qid;
        e.cid = (none & 2) != 0 ? -1 : cid;
        e.text = in.text();
        e.label = in.text();
    }

    private void payload(CapturedEvent e) {
        e.transfer = Transfer.of(in.int8());
        boolean noCid = in.int8() != 0;
        e.qid = in.int16();
        int cid = in.int16();
        e.cid = noCid ? -1 : cid;
        int digest = in.int16();
        e.commandId = in.int64();
        e.dataBytes = in.int64();
        e.content = in.array(bounded(in.int32()));
        if (digest != 0 && digest != DIGEST_BYTES) {
            throw new MalformedEventException("a digest of " + digest + " bytes");
        }
        e.digest = in.array(digest);
    }

    private static int bounded(int bytes) {
        if (bytes < 0 || bytes > CapturedEvent.CONTENT_BYTES_MAX) {
            throw new MalformedEventException("content of " + bytes + " bytes");
        }
        return bytes;
    }
}
