package io.nvmetap.bench;

import io.nvmetap.capture.EventSink;
import io.nvmetap.event.AvroIn;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Takes one event for each ten that are made: an overload of ten. Adds up what it is told. */
final class TenthSink implements EventSink {
    private static final int OVERLOAD = 10;
    private static final long WAIT_NS = 1_000_000;

    private final LongSupplier made;
    private final CapturedEvent event = new CapturedEvent();
    private final AvroIn in = new AvroIn();
    private volatile boolean hurries;
    private long all;
    private long agents;
    private long told;

    /**
     * @param made events made until now; any thread
     */
    TenthSink(LongSupplier made) {
        this.made = made;
    }

    @Override
    public void accept(byte[] body, int count, byte[] key) {
        while (!hurries && all * OVERLOAD > made.getAsLong()) {
            LockSupport.parkNanos(WAIT_NS);
        }
        all++;
        EventCodec.decode(in.wrap(body, 0, count), event);
        switch (event.kind) {
            case CAPTURE_STARTED, CAPTURE_ENDED, HEARTBEAT -> agents++;
            case EVENTS_LOST -> {
                agents++;
                told += event.value;
            }
            default -> {
                // The driver's.
            }
        }
    }

    /** From now on takes what comes: the overload is over. */
    void hurry() {
        hurries = true;
    }

    /** Events of the driver that arrived; when no more come. */
    long arrived() {
        return all - agents;
    }

    /** Events that the recording itself says were lost; when no more come. */
    long told() {
        return told;
    }

    @Override
    public void flush() {
        // Nothing waits.
    }

    @Override
    public long lost() {
        return 0;
    }

    @Override
    public void close() {
        // Nothing is held.
    }
}
