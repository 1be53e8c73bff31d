package io.nvmetap.capture;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;

/**
 * The ring between taps (many threads) and the agent (one thread). Allocated once, off the heap. A
 * full ring or an event that does not fit is counted; nobody waits.
 *
 * <p>Design note: each record carries how many events were lost before it, so that the agent can
 * say not only how many but where.
 */
public final class EventRing {
    /** Smallest ring, bytes. */
    public static final int CAPACITY_BYTES_MIN = 1 << 12;

    /** Ring of a live capture, bytes: some 100,000 events, and the largest payload fits. */
    public static final int CAPACITY_BYTES_DEFAULT = 1 << 24;

    /** Largest ring, bytes. */
    public static final int CAPACITY_BYTES_MAX = 1 << 28;

    static final int TIME_AT = 0;
    static final int LOST_AT = 8;
    static final int CONTROLLER_AT = 16;
    static final int HEADER_BYTES = 20;
    private static final int RECORD_TYPE = 1;
    private static final long ROOM = -1;

    private final ManyToOneRingBuffer ring;
    private final UnsafeBuffer memory;
    private final LongSupplier clockNs;
    private final long zeroNs;
    private final int eventBytesMax;
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean open;

    /** Where the reader was when there was no room; {@link #ROOM} if there was. */
    private volatile long fullAt = ROOM;

    /**
     * @param capacityBytes power of two between {@link #CAPACITY_BYTES_MIN} and {@link
     *     #CAPACITY_BYTES_MAX}; the largest event is an eighth of it
     * @param clockNs monotonic nanoseconds; its value now is time zero of the capture
     */
    public EventRing(int capacityBytes, LongSupplier clockNs) {
        if (!BitUtil.isPowerOfTwo(capacityBytes)
                || capacityBytes < CAPACITY_BYTES_MIN
                || capacityBytes > CAPACITY_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "ring of "
                            + capacityBytes
                            + " bytes: take a power of two from 4 KiB to 256 MiB");
        }
        memory =
                new UnsafeBuffer(
                        BufferUtil.allocateDirectAligned(
                                capacityBytes + RingBufferDescriptor.TRAILER_LENGTH,
                                BitUtil.CACHE_LINE_LENGTH));
        ring = new ManyToOneRingBuffer(memory);
        eventBytesMax = ring.maxMsgLength() - HEADER_BYTES;
        this.clockNs = clockNs;
        zeroNs = clockNs.getAsLong();
    }

    /**
     * @return events that did not get into the ring
     */
    public long lost() {
        return lost.get();
    }

    boolean isOpen() {
        return open;
    }

    void open(boolean nowOpen) {
        open = nowOpen;
    }

    long nowNs() {
        return clockNs.getAsLong() - zeroNs;
    }

    /**
     * @return bytes of the largest event, encoded
     */
    int eventBytesMax() {
        return eventBytesMax;
    }

    /**
     * Nothing was taken out since a record found no room. Saves a tap that is told too much the
     * work of encoding in vain, and makes few long gaps of many short ones.
     */
    boolean isFull() {
        long at = fullAt;
        return at != ROOM && at == ring.consumerPosition();
    }

    void lose() {
        lost.incrementAndGet();
    }

    /** Any thread: writes one record or counts it as lost. */
    void put(int controller, byte[] tail, int count) {
        int at = claim(count);
        if (at < 0) {
            at = claimAgain(count);
        }
        if (at < 0) {
            lose();
            return;
        }
        memory.putLong(at + TIME_AT, nowNs());
        memory.putLong(at + LOST_AT, lost.get());
        memory.putInt(at + CONTROLLER_AT, controller);
        memory.putBytes(at + HEADER_BYTES, tail, 0, count);
        ring.commit(at);
    }

    /** Looks where the reader is first: it may have moved on since. */
    private int claimAgain(int count) {
        long reader = ring.consumerPosition();
        int at = claim(count);
        if (at < 0 && count <= eventBytesMax) {
            fullAt = reader;
        }
        return at;
    }

    /**
     * @return where a record of that many bytes begins, negative if there is no room
     */
    int claim(int count) {
        return count > eventBytesMax ? -1 : ring.tryClaim(RECORD_TYPE, HEADER_BYTES + count);
    }

    /** The agent's thread: reads records in order until the handler stops. */
    int read(ControlledMessageHandler handler, int recordsMax) {
        return ring.controlledRead(handler, recordsMax);
    }

    boolean isEmpty() {
        return ring.size() == 0;
    }

    /**
     * @return bytes that wait for the agent
     */
    int usedBytes() {
        return ring.size();
    }

    int capacityBytes() {
        return ring.capacity();
    }

    long producerPosition() {
        return ring.producerPosition();
    }
}
