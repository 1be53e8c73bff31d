package io.nvmetap.bench;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.DoorbellKind;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.InterruptKind;
import io.nvmetap.event.Owner;
import io.nvmetap.event.RegisterSpace;
import io.nvmetap.event.RequestStep;
import io.nvmetap.event.Side;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificFixed;
import org.apache.avro.specific.SpecificRecordBase;

/** The plain way's event as the rules want it: field by field for the kinds that are many. */
final class PlainMapper {
    private static final int PAGE = 4096;

    private final Map<String, EventKind> kinds = new HashMap<>();
    private final AvroIn in = new AvroIn();

    PlainMapper() {
        for (EventKind kind : EventKind.values()) {
            kinds.put(kind.schemaName(), kind);
        }
    }

    /** Fills {@code e} with what the record says. */
    void map(SpecificRecordBase r, CapturedEvent e) throws IOException {
        ByteBuffer session = ByteBuffer.wrap(((SpecificFixed) r.get(0)).bytes());
        e.sessionHigh = session.getLong();
        e.sessionLow = session.getLong();
        e.at((Long) r.get(2), (Long) r.get(3), (Integer) r.get(4), (Integer) r.get(1));
        IndexedRecord body = (IndexedRecord) r.get(6);
        Side side = Side.of(ordinal(r, 5));
        EventKind kind = kinds.get(body.getSchema().getName());
        switch (kind) {
            case DOORBELL_RUNG ->
                    e.asDoorbell(
                            side,
                            DoorbellKind.of(ordinal(body, 0)),
                            number(body, 1),
                            number(body, 2));
            case COMMAND_FETCHED, COMMAND_EMITTED -> command(body, e, kind);
            case COMPLETION_SEEN, COMPLETION_COPIED -> completion(body, e, kind);
            case COMPLETION_STORED -> stored(body, e, side);
            case STORE_FENCE -> {
                e.qid = number(body, 0);
                e.as(kind, side);
            }
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED -> {
                e.vector = number(body, 0);
                e.interrupt = InterruptKind.of(ordinal(body, 1));
                e.as(kind, side);
            }
            case LOCK_TAKEN, LOCK_RELEASED -> {
                e.value = (Long) body.get(0);
                e.as(kind, side);
            }
            case REGISTER_WRITTEN ->
                    e.asRegisterWritten(
                            side,
                            RegisterSpace.of(ordinal(body, 0)),
                            (Long) body.get(1),
                            number(body, 2),
                            (Long) body.get(3));
            case POINTER_LIST_READ ->
                    e.asPointerList(
                            number(body, 0),
                            (Long) body.get(1),
                            (Long) body.get(2),
                            bytes(body, 3));
            case REQUEST_STATE -> {
                e.asRequest(
                        RequestStep.of(ordinal(body, 0)),
                        number(body, 1),
                        Owner.of(ordinal(body, 2)),
                        (Long) body.get(3));
                e.side = side;
            }
            default -> few(r, e);
        }
    }

    private static void command(IndexedRecord body, CapturedEvent e, EventKind kind) {
        ByteBuffer sqe = (ByteBuffer) body.get(2);
        e.asCommand(
                kind,
                number(body, 0),
                number(body, 1),
                sqe.array(),
                sqe.arrayOffset() + sqe.position(),
                sqe.remaining());
        e.known = (Long) body.get(3);
        e.owned(Owner.of(ordinal(body, 4)), (Long) body.get(5));
        e.dataBytes = (Long) body.get(6);
        e.sgl = (Boolean) body.get(7);
        e.entryBytes += number(body, 9);
        Arrays.fill(e.entry, sqe.remaining(), e.entryBytes, (byte) 0);
        for (Object page : (List<?>) body.get(8)) {
            IndexedRecord p = (IndexedRecord) page;
            e.page((Long) p.get(0), (Integer) p.get(1));
        }
        for (Object run : (List<?>) body.get(10)) {
            run((IndexedRecord) run, e);
        }
        if (e.pageCount > 0) {
            e.pageLengthBytes[e.pageCount - 1] -= number(body, 11);
        }
    }

    private static void run(IndexedRecord run, CapturedEvent e) {
        int before = e.pageCount - 1;
        long address = e.pageAddress[before] + e.pageLengthBytes[before];
        address += (Long) run.get(0) * PAGE;
        for (int i = number(run, 1); i > 0; i--) {
            e.page(address, PAGE);
            address += PAGE;
        }
    }

    private static void completion(IndexedRecord body, CapturedEvent e, EventKind kind) {
        byte[] cqe = ((SpecificFixed) body.get(2)).bytes();
        e.asCompletion(kind, number(body, 0), number(body, 1), cqe, 0);
        e.known = number(body, 3);
        e.owned(Owner.of(ordinal(body, 4)), (Long) body.get(5));
    }

    private static void stored(IndexedRecord body, CapturedEvent e, Side side) {
        e.qid = number(body, 0);
        e.slot = number(body, 1);
        e.byteOffset = number(body, 2);
        e.byteCount = number(body, 3);
        e.value = (Long) body.get(4);
        e.storeIndex = number(body, 5);
        e.commandId = (Long) body.get(6);
        e.as(EventKind.COMPLETION_STORED, side);
    }

    /** Kinds of which a recording has few: by way of their bytes. */
    private void few(SpecificRecordBase r, CapturedEvent e) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new SpecificDatumWriter<SpecificRecordBase>(r.getSchema()).write(r, encoder);
        encoder.flush();
        EventCodec.decode(in.wrap(out.toByteArray(), 0, out.size()), e);
    }

    private static int number(IndexedRecord r, int field) {
        return (Integer) r.get(field);
    }

    private static int ordinal(IndexedRecord r, int field) {
        return ((Enum<?>) r.get(field)).ordinal();
    }

    private static byte[] bytes(IndexedRecord r, int field) {
        ByteBuffer b = ((ByteBuffer) r.get(field)).duplicate();
        byte[] out = new byte[b.remaining()];
        b.get(out);
        return out;
    }
}
