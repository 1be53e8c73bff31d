package io.nvmetap.job;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.trace.EventSerde;
import org.apache.flink.api.java.functions.KeySelector;

/**
 * Key of an encoded event: session and controller, read off the envelope without decoding the rest.
 */
public final class EventKey implements KeySelector<byte[], String> {
    private static final long serialVersionUID = 1L;

    /** Key of everything that is no event. */
    static final String NONE = "none";

    @Override
    public String getKey(byte[] message) {
        boolean single = message.length > 0 && message[0] == (byte) 0xC3;
        int body =
                single ? EventSerde.SINGLE_OBJECT_HEADER_BYTES : EventSerde.CONFLUENT_HEADER_BYTES;
        if (message.length <= body) {
            return NONE;
        }
        try {
            AvroIn in = new AvroIn().wrap(message, body, message.length - body);
            return Long.toHexString(in.readFixedLong())
                    + Long.toHexString(in.readFixedLong())
                    + "/"
                    + in.readInt();
        } catch (MalformedEventException bad) {
            return NONE;
        }
    }
}
