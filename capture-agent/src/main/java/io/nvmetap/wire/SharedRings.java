package io.nvmetap.wire;

import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The reader of a tap's memory, as {@code nvmetap_take} is, on the other side of a mapping. The
 * memory is the mediator's and may hold anything: no place outside it is touched.
 */
public final class SharedRings {
    static final long MAGIC = 0x31504154454D564EL;
    static final int HEADER_BYTES = 1024;
    static final int RING_HEADER_BYTES = 256;
    static final int RINGS_MAX = 1024;
    static final int RING_BYTES_MIN = 4096;
    static final int RING_BYTES_MAX = 1 << 28;
    static final int OWNER_AT = 32;
    static final int READER_AT = 384;
    static final int TAIL_AT = 128;
    static final int PADDING = 0x8000_0000;

    /** What the mediator's own reader, for a moment, writes in the reader's place. */
    private static final int READER_IN_MEDIATOR = 1;

    private final UnsafeBuffer memory;
    private final int rings;
    private final int ringBytes;
    private final TapFrame frame = new TapFrame();
    private byte[] copy = new byte[4096];

    private SharedRings(UnsafeBuffer memory, int rings, int ringBytes) {
        this.memory = memory;
        this.rings = rings;
        this.ringBytes = ringBytes;
    }

    /**
     * @param memory all of it
     * @throws IllegalArgumentException if it is not a tap's memory, whole
     */
    public static SharedRings open(UnsafeBuffer memory) {
        if (memory.capacity() < HEADER_BYTES || memory.getLongVolatile(0) != MAGIC) {
            throw new IllegalArgumentException("no tap's memory");
        }
        int version = memory.getInt(8);
        int rings = memory.getInt(16);
        int ringBytes = memory.getInt(20);
        if (version != TapFrame.VERSION || memory.getInt(12) != HEADER_BYTES) {
            throw new IllegalArgumentException("layout of version " + version + ", not known here");
        }
        if (rings < 1
                || rings > RINGS_MAX
                || ringBytes < RING_BYTES_MIN
                || ringBytes > RING_BYTES_MAX
                || Integer.bitCount(ringBytes) != 1
                || HEADER_BYTES + (long) rings * (RING_HEADER_BYTES + ringBytes)
                        > memory.capacity()) {
            throw new IllegalArgumentException(
                    rings + " rings of " + ringBytes + " bytes do not fit it");
        }
        return new SharedRings(memory, rings, ringBytes);
    }

    /**
     * Becomes the reader.
     *
     * @param reader number of this process
     * @param lives whether a process is there
     * @return 0, or the process that reads already
     */
    public int lock(int reader, IntPredicate lives) {
        int now = memory.getIntVolatile(READER_AT);
        boolean free = now == 0 || now != READER_IN_MEDIATOR && !lives.test(now);
        return free && memory.compareAndSetInt(READER_AT, now, reader) ? 0 : now;
    }

    /** Somebody else may read. */
    public void unlock() {
        memory.putIntVolatile(READER_AT, 0);
    }

    /**
     * @return process of the mediator, 0 not told
     */
    public int ownerPid() {
        return memory.getIntVolatile(OWNER_AT);
    }

    /**
     * Takes whole frames out, lowest ticket first.
     *
     * @param frames receives each; the instance and its body are reused
     * @param most frames to take
     * @return frames taken
     * @throws IllegalStateException if a ring is damaged
     */
    public int take(Consumer<TapFrame> frames, int most) {
        int taken = 0;
        while (taken < most && takeOne(frames)) {
            taken++;
        }
        return taken;
    }

    private boolean takeOne(Consumer<TapFrame> frames) {
        int best = -1;
        int bestAt = 0;
        long order = 0;
        for (int r = 0; r < rings; r++) {
            int at = peek(r);
            if (at >= 0) {
                long ticket = memory.getLong(at + 24);
                if (best < 0 || ticket < order) {
                    best = r;
                    bestAt = at;
                    order = ticket;
                }
            }
        }
        if (best < 0) {
            return false;
        }
        int record = memory.getInt(bestAt);
        if (copy.length < record) {
            copy = new byte[record];
        }
        memory.getBytes(bestAt, copy, 0, record);
        release(best, bestAt, record);
        frame.read(copy, 0);
        if (frame.version != TapFrame.VERSION) {
            throw new TapVersionException(frame.version);
        }
        if (frame.bodyBytes < 0 || frame.bodyBytes > record - TapFrame.HEADER_BYTES) {
            throw new IllegalStateException("a frame in it is larger than its record");
        }
        frames.accept(frame);
        return true;
    }

    /** Where the ring's next whole frame begins, negative if there is none. */
    private int peek(int ring) {
        int header = HEADER_BYTES + ring * RING_HEADER_BYTES;
        for (int skipped = 0; skipped <= 1; skipped++) {
            int tail = memory.getInt(header + TAIL_AT);
            int inside = tail & ringBytes - 1;
            int at = data(ring) + inside;
            if ((inside & 7) != 0) {
                throw new IllegalStateException("ring " + ring + " is damaged");
            }
            int word = memory.getIntVolatile(at);
            if (word == 0) {
                return -1;
            }
            int bytes = word & ~PADDING;
            boolean padding = (word & PADDING) != 0;
            if ((bytes & 7) != 0
                    || bytes > ringBytes - inside
                    || bytes < (padding ? 8 : TapFrame.HEADER_BYTES)
                    || !padding && bytes > TapFrame.HEADER_BYTES + TapFrame.BODY_BYTES_MAX) {
                throw new IllegalStateException("ring " + ring + " is damaged");
            }
            if (!padding) {
                return at;
            }
            release(ring, at, bytes);
        }
        return -1;
    }

    private int data(int ring) {
        return HEADER_BYTES + rings * RING_HEADER_BYTES + ring * ringBytes;
    }

    private void release(int ring, int at, int bytes) {
        memory.setMemory(at, bytes, (byte) 0);
        int tail = HEADER_BYTES + ring * RING_HEADER_BYTES + TAIL_AT;
        long next = memory.getInt(tail) + (long) bytes & 0xFFFF_FFFFL;
        memory.putLongOrdered(tail, next);
    }
}
