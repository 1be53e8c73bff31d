package io.nvmetap.trace;

import io.nvmetap.event.AvroIn;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.MalformedEventException;
import java.util.Arrays;

/**
 * The events of one block of a trace, unpacked. {@link TraceReader#nextBlock()} cuts one out, which
 * can then be read on another thread while the reader unpacks the next. One thread.
 */
public final class TraceBlock {
    /** Version and count. */
    private static final int HEAD_BYTES_MAX = 20;

    private final AvroIn in = new AvroIn();
    private byte[] bytes = {};
    private long left;
    private int version;

    /** Reads events of a schema version from the first {@code count} bytes of {@code source}. */
    void wrap(byte[] source, int count, long events, int schemaVersion) {
        bytes = source;
        in.wrap(source, 0, count);
        left = events;
        version = schemaVersion;
    }

    /**
     * Reads the events of one block.
     *
     * @param block as {@link TraceReader#nextBlock()} gives it
     * @throws MalformedEventException if it is none
     */
    public void wrap(byte[] block) {
        bytes = block;
        in.wrap(block, 0, block.length);
        version = in.readInt();
        left = in.readLong();
    }

    /** The block with all that is unread, in memory of its own; nothing is left here. */
    byte[] take() {
        AvroOut head = new AvroOut(HEAD_BYTES_MAX).writeLong(version).writeLong(left);
        byte[] block = Arrays.copyOf(head.buffer(), head.position() + in.remaining());
        System.arraycopy(bytes, in.position(), block, head.position(), in.remaining());
        left = 0;
        return block;
    }

    /** Events that are not read yet. */
    long left() {
        return left;
    }

    /**
     * Reads the next event into {@code e}.
     *
     * @return false at the end
     * @throws MalformedEventException if the bytes are not that of an event, or more than all of
     *     them
     */
    public boolean next(CapturedEvent e) {
        if (left == 0) {
            return false;
        }
        EventCodec.decode(in, e, version);
        left--;
        if (left == 0 && in.remaining() != 0) {
            throw new MalformedEventException("block holds more than its events");
        }
        return true;
    }
}
