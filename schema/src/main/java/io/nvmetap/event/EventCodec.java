package io.nvmetap.event;

import java.util.EnumSet;

/**
 * Events to and from Avro binary, byte for byte what Avro's own writer makes of {@code events.avdl}
 * (a test holds them equal). Written by hand because it is four to nine times faster and needs no
 * schema at run time.
 */
public final class EventCodec {
    /** Longest string of an event, UTF-8 bytes. */
    public static final int STRING_BYTES_MAX = 64 * 1024;

    /** Version of the schema that is written. */
    public static final int VERSION = 3;

    private EventCodec() {}

    /** Appends {@code e} to {@code out}. */
    public static void encode(CapturedEvent e, AvroOut out) {
        out.writeFixedLong(e.sessionHigh).writeFixedLong(e.sessionLow);
        out.writeLong(e.controller).writeLong(e.seq).writeLong(e.timeNs);
        encodeTail(e, out);
    }

    /**
     * Appends what follows session, controller, seq and time, from the CPU on: all that the one who
     * sees an event knows of it.
     */
    public static void encodeTail(CapturedEvent e, AvroOut out) {
        out.writeLong(e.cpu);
        out.writeLong(e.side.ordinal()).writeLong(e.kind.ordinal());
        switch (e.kind) {
            case CAPTURE_STARTED -> HeaderCodec.encode(e.header, out);
            case STATE_SNAPSHOT -> HeaderCodec.encode(e.state, out);
            case REGISTER_READ -> encodeRegister(e, out).writeBoolean(e.flag);
            case REGISTER_WRITTEN -> encodeRegister(e, out);
            case DOORBELL_RUNG ->
                    out.writeLong(e.doorbell.ordinal()).writeLong(e.qid).writeLong(e.value);
            case SHADOW_DOORBELL ->
                    out.writeLong(e.cell.ordinal())
                            .writeLong(e.doorbell.ordinal())
                            .writeLong(e.qid)
                            .writeLong(e.value)
                            .writeBoolean(e.flag);
            case COMMAND_FETCHED, COMMAND_EMITTED -> CommandCodec.encode(e, out);
            case COMPLETION_SEEN, COMPLETION_COPIED -> encodeCompletion(e, out);
            case COMPLETION_STORED ->
                    out.writeLong(e.qid)
                            .writeLong(e.slot)
                            .writeLong(e.byteOffset)
                            .writeLong(e.byteCount)
                            .writeLong(e.value)
                            .writeLong(e.storeIndex)
                            .writeLong(e.commandId);
            case STORE_FENCE -> out.writeLong(e.qid);
            default -> encodeRare(e, out);
        }
    }

    private static AvroOut encodeRegister(CapturedEvent e, AvroOut out) {
        return out.writeLong(e.space.ordinal())
                .writeLong(e.registerOffset)
                .writeLong(e.widthBytes)
                .writeLong(e.value);
    }

    private static void encodeCompletion(CapturedEvent e, AvroOut out) {
        out.writeLong(e.qid).writeLong(e.slot).writeFixed(e.entry, 0, 16);
        out.writeLong((int) e.known).writeLong(e.owner.ordinal()).writeLong(e.commandId);
    }

    private static void encodeRare(CapturedEvent e, AvroOut out) {
        switch (e.kind) {
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED ->
                    out.writeLong(e.vector).writeLong(e.interrupt.ordinal());
            case INTERRUPT_SUPPRESSED ->
                    out.writeLong(e.vector).writeLong(e.interrupt.ordinal()).writeString(e.label);
            case VECTOR_MASKED, VECTOR_UNMASKED, VECTOR_FLUSHED -> out.writeLong(e.vector);
            case CONTROLLER_RESET -> out.writeLong(e.reset.ordinal()).writeLong(e.edge.ordinal());
            case TAKE_OVER -> out.writeLong(e.step.ordinal()).writeString(e.label);
            case LOCK_TAKEN, LOCK_RELEASED -> out.writeLong(e.value);
            case DECISION ->
                    out.writeLong(e.decision.ordinal())
                            .writeString(e.text)
                            .writeLong(e.qid)
                            .writeLong(e.cid)
                            .writeString(e.label);
            case PAYLOAD -> {
                out.writeLong(e.transfer.ordinal()).writeLong(e.qid).writeLong(e.cid);
                out.writeLong(e.commandId).writeLong(e.dataBytes);
                out.writeBytes(e.content, 0, e.content.length);
                out.writeBytes(e.digest, 0, e.digest.length);
            }
            case POINTER_LIST_READ -> {
                out.writeLong(e.qid).writeLong(e.commandId).writeLong(e.registerOffset);
                out.writeBytes(e.content, 0, e.content.length);
            }
            case QUEUE_MEMORY_RELEASED -> out.writeBoolean(e.flag).writeLong(e.qid);
            case REQUEST_STATE ->
                    out.writeLong(e.request.ordinal())
                            .writeLong(e.qid)
                            .writeLong(e.owner.ordinal())
                            .writeLong(e.commandId);
            case ANNOTATION -> out.writeString(e.label).writeString(e.text);
            case EVENTS_LOST -> out.writeLong(e.value).writeString(e.label);
            case CAPTURE_ENDED -> out.writeLong(e.value).writeLong(e.lost).writeString(e.label);
            default -> {
                // HEARTBEAT and INTERRUPT_LINE_LOWERED have an empty body.
            }
        }
    }

    /**
     * Reads one event of the version that is written.
     *
     * @throws MalformedEventException if the bytes are not an event
     */
    public static void decode(AvroIn in, CapturedEvent e) {
        decode(in, e, VERSION);
    }

    /**
     * Reads one event.
     *
     * @param version of the schema that it was written with, 1 to {@link #VERSION}
     * @throws MalformedEventException if the bytes are not an event
     */
    public static void decode(AvroIn in, CapturedEvent e, int version) {
        e.sessionHigh = in.readFixedLong();
        e.sessionLow = in.readFixedLong();
        e.controller = in.readInt();
        e.seq = in.readLong();
        e.timeNs = in.readLong();
        e.cpu = in.readInt();
        e.side = Side.of(in.readInt());
        e.kind = EventKind.of(in.readInt());
        switch (e.kind) {
            case CAPTURE_STARTED -> e.header = HeaderCodec.decodeHeader(in);
            case STATE_SNAPSHOT -> e.state = HeaderCodec.decodeState(in);
            case REGISTER_READ -> {
                decodeRegister(in, e);
                e.flag = in.readBoolean();
            }
            case REGISTER_WRITTEN -> decodeRegister(in, e);
            case DOORBELL_RUNG -> decodeDoorbell(in, e);
            case SHADOW_DOORBELL -> {
                e.cell = ShadowCell.of(in.readInt());
                decodeDoorbell(in, e);
                e.flag = in.readBoolean();
            }
            case COMMAND_FETCHED, COMMAND_EMITTED -> CommandCodec.decode(in, e, version);
            case COMPLETION_SEEN, COMPLETION_COPIED -> decodeCompletion(in, e);
            case COMPLETION_STORED -> {
                e.qid = in.readInt();
                e.slot = in.readInt();
                e.byteOffset = in.readInt();
                e.byteCount = in.readInt();
                e.value = in.readLong();
                e.storeIndex = in.readInt();
                e.commandId = in.readLong();
            }
            case STORE_FENCE -> e.qid = in.readInt();
            default -> decodeRare(in, e);
        }
    }

    private static void decodeRegister(AvroIn in, CapturedEvent e) {
        e.space = RegisterSpace.of(in.readInt());
        e.registerOffset = in.readLong();
        e.widthBytes = in.readInt();
        e.value = in.readLong();
    }

    private static void decodeDoorbell(AvroIn in, CapturedEvent e) {
        e.doorbell = DoorbellKind.of(in.readInt());
        e.qid = in.readInt();
        e.value = in.readInt();
    }

    private static void decodeCompletion(AvroIn in, CapturedEvent e) {
        e.qid = in.readInt();
        e.slot = in.readInt();
        e.entryBytes = 16;
        in.readFixed(e.entry, 0, 16);
        e.known = in.readInt();
        e.owner = Owner.of(in.readInt());
        e.commandId = in.readLong();
    }

    private static void decodeRare(AvroIn in, CapturedEvent e) {
        switch (e.kind) {
            case INTERRUPT_RAISED, INTERRUPT_DELIVERED -> {
                e.vector = in.readInt();
                e.interrupt = InterruptKind.of(in.readInt());
            }
            case INTERRUPT_SUPPRESSED -> {
                e.vector = in.readInt();
                e.interrupt = InterruptKind.of(in.readInt());
                e.label = in.readString(STRING_BYTES_MAX);
            }
            case VECTOR_MASKED, VECTOR_UNMASKED, VECTOR_FLUSHED -> e.vector = in.readInt();
            case CONTROLLER_RESET -> {
                e.reset = ResetKind.of(in.readInt());
                e.edge = Edge.of(in.readInt());
            }
            case TAKE_OVER -> {
                e.step = TakeOverStep.of(in.readInt());
                e.label = in.readString(STRING_BYTES_MAX);
            }
            case LOCK_TAKEN, LOCK_RELEASED -> e.value = in.readLong();
            case DECISION -> {
                e.decision = DecisionKind.of(in.readInt());
                e.text = in.readString(STRING_BYTES_MAX);
                e.qid = in.readInt();
                e.cid = in.readInt();
                e.label = in.readString(STRING_BYTES_MAX);
            }
            case PAYLOAD -> decodePayload(in, e);
            case POINTER_LIST_READ -> {
                e.qid = in.readInt();
                e.commandId = in.readLong();
                e.registerOffset = in.readLong();
                e.content = in.readBytes(CapturedEvent.CONTENT_BYTES_MAX);
            }
            case QUEUE_MEMORY_RELEASED -> {
                e.flag = in.readBoolean();
                e.qid = in.readInt();
            }
            case REQUEST_STATE -> {
                e.request = RequestStep.of(in.readInt());
                e.qid = in.readInt();
                e.owner = Owner.of(in.readInt());
                e.commandId = in.readLong();
            }
            case ANNOTATION -> {
                e.label = in.readString(STRING_BYTES_MAX);
                e.text = in.readString(STRING_BYTES_MAX);
            }
            case EVENTS_LOST -> {
                e.value = in.readLong();
                e.label = in.readString(STRING_BYTES_MAX);
            }
            case CAPTURE_ENDED -> {
                e.value = in.readLong();
                e.lost = in.readLong();
                e.label = in.readString(STRING_BYTES_MAX);
            }
            default -> {
                // HEARTBEAT and INTERRUPT_LINE_LOWERED have an empty body.
            }
        }
    }

    private static void decodePayload(AvroIn in, CapturedEvent e) {
        e.transfer = Transfer.of(in.readInt());
        e.qid = in.readInt();
        e.cid = in.readInt();
        e.commandId = in.readLong();
        e.dataBytes = in.readLong();
        e.content = in.readBytes(CapturedEvent.CONTENT_BYTES_MAX);
        e.digest = in.readBytes(64);
    }

    /** An empty, growable set of what a source cannot see. */
    static EnumSet<Unseen> noUnseen() {
        return EnumSet.noneOf(Unseen.class);
    }
}
