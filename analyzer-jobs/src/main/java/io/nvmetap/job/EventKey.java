package io.nvmetap.job;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.trace.EventSerde;
import org.apache.flink.api.java.functions.KeySelector;

/**
 * Key of an encoded event: session and controller, read off the envelope without decoding the rest.
 * One thread.
 */
public final class EventKey implements KeySelector<byte[], String> {
    private static final long serialVersionUID = 1L;

    /** Key of everything that is no event. */
    static final String NONE = "none";

    private transient AvroIn in;

    /** The key given last: nearly always that of the next event, which then costs no string. */
    private transient String last;

    private transient long high;
    private transient long low;
    private transient int controller;

    @Override
    public String getKey(byte[] message) {
        boolean single = message.length > 0 && message[0] == (byte) 0xC3;
        int body =
                single ? EventSerde.SINGLE_OBJECT_HEADER_BYTES : EventSerde.CONFLUENT_HEADER_BYTES;
        if (message.length <= body) {
            return NONE;
        }
        try {
            if (in == null) {
                in = new AvroIn();
            }
            in.wrap(message, body, message.length - body);
            return of(in.readFixedLong(), in.readFixedLong(), in.readInt());
        } catch (MalformedEventException bad) {
            return NONE;
        }
    }

    /** The key of events of one controller of one session. */
    String of(long sessionHigh, long sessionLow, int newController) {
        boolean same = sessionHigh == high && sessionLow == low && newController == controller;
        if (last == null || !same) {
            high = sessionHigh;
            low = sessionLow;
            controller = newController;
            last = Long.toHexString(high) + Long.toHexString(low) + "/" + controller;
        }
        return last;
    }
}
