package io.nvmetap.trace;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.MalformedEventException;

/**
 * Events as Kafka messages. Default framing is Avro single-object encoding (C3 01, schema
 * fingerprint little-endian, body), which needs no registry; the Confluent framing (00, schema id
 * big-endian, body) is an option of the producer and is recognised when reading. Not thread safe.
 */
public final class EventSerde {
    /** Bytes before the body in single-object encoding. */
    public static final int SINGLE_OBJECT_HEADER_BYTES = 10;

    /** Bytes before the body in Confluent framing. */
    public static final int CONFLUENT_HEADER_BYTES = 5;

    private final int confluentSchemaId;
    private final AvroIn in = new AvroIn();

    private EventSerde(int confluentSchemaId) {
        this.confluentSchemaId = confluentSchemaId;
    }

    /** Single-object encoding. */
    public static EventSerde singleObject() {
        return new EventSerde(-1);
    }

    /**
     * Confluent framing.
     *
     * @param schemaId id under which a registry knows the event schema, 0 or more
     */
    public static EventSerde confluent(int schemaId) {
        if (schemaId < 0) {
            throw new IllegalArgumentException("schema id " + schemaId + " is negative");
        }
        return new EventSerde(schemaId);
    }

    /** Appends header and event to {@code out}. */
    public void encode(CapturedEvent e, AvroOut out) {
        header(out);
        EventCodec.encode(e, out);
    }

    /** Appends the header only; the body follows. */
    public void header(AvroOut out) {
        byte[] h;
        if (confluentSchemaId < 0) {
            h = new byte[SINGLE_OBJECT_HEADER_BYTES];
            h[0] = (byte) 0xC3;
            h[1] = 1;
            for (int i = 0; i < 8; i++) {
                h[2 + i] = (byte) (EventSchema.FINGERPRINT >>> (8 * i));
            }
        } else {
            h = new byte[CONFLUENT_HEADER_BYTES];
            for (int i = 0; i < 4; i++) {
                h[1 + i] = (byte) (confluentSchemaId >>> (24 - 8 * i));
            }
        }
        out.writeFixed(h, 0, h.length);
    }

    /**
     * Reads one message in either framing.
     *
     * @throws MalformedEventException if it is not an event of a schema known here
     */
    public void decode(byte[] m, CapturedEvent e) {
        if (m.length > SINGLE_OBJECT_HEADER_BYTES && m[0] == (byte) 0xC3 && m[1] == 1) {
            decode(m, SINGLE_OBJECT_HEADER_BYTES, version(m), e);
        } else if (m.length > CONFLUENT_HEADER_BYTES && m[0] == 0) {
            decodeConfluent(m, e);
        } else {
            throw new MalformedEventException(
                    "message is neither single-object nor Confluent framed");
        }
    }

    private void decode(byte[] message, int body, int version, CapturedEvent e) {
        in.wrap(message, body, message.length - body);
        EventCodec.decode(in, e, version);
        if (in.remaining() != 0) {
            throw new MalformedEventException(in.remaining() + " bytes after the event");
        }
    }

    /**
     * A registry's id does not say which version it stands for. The bytes do: of the kinds whose
     * fields grew, an older event ends before the new ones, and a newer has bytes left as an older.
     */
    private void decodeConfluent(byte[] message, CapturedEvent e) {
        MalformedEventException notNewest = null;
        for (int version = EventSchema.VERSION; version > 0; version--) {
            try {
                decode(message, CONFLUENT_HEADER_BYTES, version, e);
                return;
            } catch (MalformedEventException notThis) {
                notNewest = notNewest == null ? notThis : notNewest;
            }
        }
        throw notNewest;
    }

    private static int version(byte[] m) {
        long fingerprint = 0;
        for (int i = 7; i >= 0; i--) {
            fingerprint = fingerprint << 8 | m[2 + i] & 0xFF;
        }
        int version = EventSchema.version(fingerprint);
        if (version == 0) {
            throw new MalformedEventException(
                    String.format(
                            "schema fingerprint %016x is not known here; was it written by a"
                                    + " newer nvmetap?",
                            fingerprint));
        }
        return version;
    }

    /**
     * Kafka key: one controller of one session, so that its events stay in one partition.
     *
     * @return 20 bytes: session id, controller index big-endian
     */
    public static byte[] key(CapturedEvent e) {
        AvroOut out = new AvroOut(20);
        out.writeFixedLong(e.sessionHigh).writeFixedLong(e.sessionLow);
        for (int shift = 24; shift >= 0; shift -= 8) {
            out.writeFixed(new byte[] {(byte) (e.controller >>> shift)}, 0, 1);
        }
        return java.util.Arrays.copyOf(out.buffer(), out.position());
    }
}
