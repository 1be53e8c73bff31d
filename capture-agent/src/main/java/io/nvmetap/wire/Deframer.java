package io.nvmetap.wire;

import io.nvmetap.nvme.LittleEndian;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/**
 * Finds frames in a byte stream. Where bytes were lost or changed on the way it looks for the next
 * sync word with right checksums: a frame comes out whole or not at all.
 */
public final class Deframer {
    /** Bytes checked twice at most, for each byte received, before a bad frame is left whole. */
    private static final int RECHECKS_PER_BYTE = 4;

    private static final int RECHECKED_FREE_BYTES = 8 << 20;
    private static final int FIRST_BUFFER_BYTES = 1 << 16;

    private final Consumer<TapFrame> frames;
    private final TapFrame frame = new TapFrame();
    private final CRC32C crc = new CRC32C();
    private byte[] buffer = new byte[FIRST_BUFFER_BYTES];
    private int from;
    private int to;
    private long received;
    private long rechecked;
    private long skippedBytes;
    private boolean last;

    /**
     * @param frames receives each frame; the instance and its body are reused
     */
    public Deframer(Consumer<TapFrame> frames) {
        this.frames = frames;
    }

    /**
     * Takes the next bytes of the stream.
     *
     * @throws TapVersionException if the tap speaks a version of the format that this one does not
     */
    public void accept(byte[] bytes, int at, int count) {
        int done = 0;
        while (done < count) {
            int part = Math.min(count - done, room());
            System.arraycopy(bytes, at + done, buffer, to, part);
            to += part;
            received += part;
            done += part;
            scan();
        }
    }

    /** The stream is over: what is left may hold frames behind one that was cut off. */
    public void end() {
        last = true;
        scan();
        skippedBytes += to - from;
        from = to;
    }

    /**
     * @return bytes that belong to no good frame
     */
    public long skippedBytes() {
        return skippedBytes;
    }

    /** Makes room behind {@link #to}: at least one byte, as no frame is larger than the largest. */
    private int room() {
        if (to == buffer.length) {
            if (from > 0) {
                System.arraycopy(buffer, from, buffer, 0, to - from);
                to -= from;
                from = 0;
            } else {
                buffer = Arrays.copyOf(buffer, buffer.length * 2);
            }
        }
        return buffer.length - to;
    }

    private void scan() {
        while (to - from >= TapFrame.HEADER_BYTES) {
            if (!headerIsGood()) {
                skip(1);
                continue;
            }
            int bytes = LittleEndian.i32(buffer, from + 4);
            if (bytes < 0 || bytes > TapFrame.BODY_BYTES_MAX) {
                skip(TapFrame.HEADER_BYTES);
            } else if (to - from - TapFrame.HEADER_BYTES >= bytes) {
                body(bytes);
            } else if (last) {
                skip(Integer.BYTES);
            } else {
                return;
            }
        }
    }

    private void body(int bytes) {
        int sum = sum(from + TapFrame.HEADER_BYTES, bytes);
        if (sum == LittleEndian.i32(buffer, from + TapFrame.BODY_SUM_AT)) {
            frame.read(buffer, from);
            if (frame.version != TapFrame.VERSION) {
                throw new TapVersionException(frame.version);
            }
            from += TapFrame.HEADER_BYTES + bytes;
            frames.accept(frame);
            return;
        }
        // Bytes may be missing, and the next frame begin early; but who sends many frames that
        // are wrong on purpose must not cost a look at all the rest for each.
        rechecked += bytes;
        boolean dear = rechecked > RECHECKED_FREE_BYTES + RECHECKS_PER_BYTE * received;
        skip(dear ? TapFrame.HEADER_BYTES + bytes : Integer.BYTES);
    }

    private boolean headerIsGood() {
        return LittleEndian.i32(buffer, from) == TapFrame.SYNC
                && sum(from + TapFrame.SUMMED_FROM, TapFrame.SUMMED_BYTES)
                        == LittleEndian.i32(buffer, from + TapFrame.HEADER_SUM_AT);
    }

    private int sum(int at, int count) {
        crc.reset();
        crc.update(buffer, at, count);
        return (int) crc.getValue();
    }

    private void skip(int bytes) {
        from += bytes;
        skippedBytes += bytes;
    }
}
