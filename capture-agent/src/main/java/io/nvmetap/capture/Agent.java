package io.nvmetap.capture;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.Side;
import io.nvmetap.trace.EventSerde;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.ControlledMessageHandler;
import org.agrona.concurrent.ControlledMessageHandler.Action;

/**
 * Takes events out of the ring in order, gives them session, sequence number and controller, and
 * hands them to a sink. Adds the session's first and last event, heartbeats, snapshots, and what
 * was lost and where. One thread: its own after {@link #start()}, else the caller's of {@link
 * #drain()}.
 *
 * <p>A sink that fails is asked again a few times while the ring fills up; then the capture has
 * failed: {@link #failure()} tells why, and everything that still comes is counted as lost.
 */
public final class Agent implements Closeable {
    /** Longest silence of a controller without a heartbeat, nanoseconds. */
    public static final long HEARTBEAT_NS = 100_000_000L;

    /** Between two snapshots, nanoseconds. */
    public static final long SNAPSHOT_NS = 5_000_000_000L;

    /** Times one event is offered to a sink that fails. */
    public static final int SINK_ATTEMPTS_MAX = 6;

    /** Wait after the first failed attempt, nanoseconds; doubles with each. */
    public static final long SINK_BACKOFF_NS = 10_000_000L;

    /** Records read before heartbeats are looked at again. */
    public static final int RECORDS_PER_DRAIN_MAX = 4_096;

    private static final String RING = "ring";
    private static final long IDLE_PARK_NS = 200_000L;

    /** Rounds without progress, of {@link #SINK_BACKOFF_NS}, before a stuck ring is given up. */
    static final int END_ROUNDS_MAX = 100;

    private static final long CLOSE_PATIENCE_MS = 60_000;

    private final EventRing ring;
    private final Session session;
    private final IntFunction<LiveState> states;
    private final EventSink sink;
    private final byte[][] keys;
    private final long[] lastOfNs;
    private final AvroOut out = new AvroOut(4 * 1024);
    private final CapturedEvent own = new CapturedEvent();
    private final AtomicLong sent = new AtomicLong();
    private final ControlledMessageHandler onRecord = this::onRecord;

    private Thread thread;
    private volatile boolean stopping;
    private volatile IOException failure;
    private volatile long discarded;
    private long seq;
    private long lastNs;
    private long lostReported;
    private long snapshotDueNs = SNAPSHOT_NS;
    private String refusal = "";
    private int attempts;
    private long retryAtNs;
    private boolean ended;

    /**
     * @param ring shared with the taps
     * @param session identity and header
     * @param states live state of a controller by index, as the guest sees it, {@link
     *     LiveState#UNKNOWN} if it cannot tell; asked on the agent's thread, so it must be safe to
     *     ask there
     * @param sink where events go; closed with this
     */
    public Agent(EventRing ring, Session session, IntFunction<LiveState> states, EventSink sink) {
        this.ring = ring;
        this.session = session;
        this.states = states;
        this.sink = sink;
        int controllers = session.header().controllers().size();
        keys = new byte[controllers][];
        lastOfNs = new long[controllers];
        own.sessionHigh = session.high();
        own.sessionLow = session.low();
        for (int c = 0; c < controllers; c++) {
            own.controller = c;
            keys[c] = EventSerde.key(own);
        }
    }

    /**
     * Writes the header and turns the taps on, without a thread.
     *
     * @throws IOException if the sink takes nothing
     */
    public void begin() throws IOException {
        if (!deliverOwn(own.asCaptureStarted(session.header()), 0, 0)) {
            sink.close();
            throw new IOException("the capture cannot start: " + refusal);
        }
        ring.open(true);
    }

    /** {@link #begin()}, then drains on a thread of its own. */
    public void start() throws IOException {
        begin();
        thread = new Thread(this::run, "nvmetap-agent");
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            while (!stopping) {
                if (drain() == 0) {
                    LockSupport.parkNanos(this, IDLE_PARK_NS);
                }
            }
            end();
        } catch (RuntimeException | Error ours) {
            fail("the agent stopped: " + ours);
            ring.open(false);
        }
    }

    /**
     * Takes what is in the ring, then does what time asks for.
     *
     * @return records taken out of the ring
     */
    public int drain() {
        int taken = ring.read(onRecord, RECORDS_PER_DRAIN_MAX);
        if (taken == 0 && !ring.isEmpty()) {
            // The first read went over the unused end of the ring only.
            taken = ring.read(onRecord, RECORDS_PER_DRAIN_MAX);
        }
        if (failure == null && due()) {
            boolean empty = ring.isEmpty();
            if (empty) {
                reportLost(ring.lost(), ring.nowNs());
                snapshots();
            }
            heartbeats(empty ? ring.nowNs() : lastNs);
        }
        return taken;
    }

    private Action onRecord(int type, MutableDirectBuffer buffer, int at, int length) {
        if (failure != null) {
            discarded++;
            return Action.CONTINUE;
        }
        long timeNs = Math.max(lastNs, buffer.getLong(at + EventRing.TIME_AT));
        int controller = buffer.getInt(at + EventRing.CONTROLLER_AT);
        if (reportLost(buffer.getLong(at + EventRing.LOST_AT), timeNs)) {
            out.clear().writeFixedLong(session.high()).writeFixedLong(session.low());
            out.writeLong(controller).writeLong(seq).writeLong(timeNs);
            int rest = length - EventRing.HEADER_BYTES;
            int from = out.leave(rest);
            buffer.getBytes(at + EventRing.HEADER_BYTES, out.buffer(), from, rest);
            if (deliver(controller, timeNs)) {
                return Action.CONTINUE;
            }
        }
        if (failure == null) {
            return Action.ABORT;
        }
        discarded++;
        return Action.CONTINUE;
    }

    /**
     * @return nothing is left to report
     */
    private boolean reportLost(long lostInAll, long timeNs) {
        long count = lostInAll - lostReported;
        if (count <= 0) {
            return true;
        }
        if (!deliverOwn(own.asEventsLost(count, RING), 0, timeNs)) {
            return false;
        }
        lostReported += count;
        seq += count;
        return true;
    }

    private void heartbeats(long nowNs) {
        for (int c = 0; c < keys.length; c++) {
            if (nowNs - lastOfNs[c] >= HEARTBEAT_NS) {
                deliverOwn(own.asHeartbeat(), c, nowNs);
            }
        }
    }

    /** A snapshot counts only if nobody emitted while it was taken: it has a place in the order. */
    private void snapshots() {
        long nowNs = ring.nowNs();
        Side seen = session.header().mediated() ? Side.GUEST : Side.DEVICE;
        if (nowNs < snapshotDueNs) {
            return;
        }
        for (int c = 0; c < keys.length; c++) {
            long before = ring.producerPosition();
            LiveState state = stateOf(c);
            if (!ring.isEmpty() || ring.producerPosition() != before) {
                return;
            }
            if (state.known() && !deliverOwn(own.asStateSnapshot(seen, state), c, nowNs)) {
                return;
            }
        }
        snapshotDueNs = nowNs + SNAPSHOT_NS;
    }

    private LiveState stateOf(int controller) {
        try {
            return states.apply(controller);
        } catch (RuntimeException notNow) {
            // The mediator's mistake; the recording goes on without this snapshot.
            return LiveState.UNKNOWN;
        }
    }

    private boolean deliverOwn(CapturedEvent e, int controller, long timeNs) {
        e.at(seq, Math.max(lastNs, timeNs), -1, controller);
        EventCodec.encode(e, out.clear());
        return deliver(controller, e.timeNs);
    }

    private boolean due() {
        return attempts == 0 || stopping || ring.nowNs() >= retryAtNs;
    }

    /** Offers what is in {@link #out} to the sink. */
    private boolean deliver(int controller, long timeNs) {
        if (!due()) {
            return false;
        }
        try {
            sink.accept(out.buffer(), out.position(), keys[controller]);
        } catch (IOException | RuntimeException refused) {
            refusal = String.valueOf(refused.getMessage());
            attempts++;
            retryAtNs = ring.nowNs() + (SINK_BACKOFF_NS << attempts);
            if (attempts >= SINK_ATTEMPTS_MAX) {
                fail(refusal);
            }
            return false;
        }
        attempts = 0;
        lastNs = timeNs;
        lastOfNs[controller] = timeNs;
        seq++;
        // Only this thread counts; others may see it a little later.
        sent.setRelease(sent.getPlain() + 1);
        return true;
    }

    private void fail(String why) {
        if (failure == null) {
            failure = new IOException("the capture ends incomplete: " + why);
        }
    }

    private void end() {
        ring.open(false);
        stopping = true;
        int idle = 0;
        while (failure == null && !(ring.isEmpty() && ring.lost() == lostReported)) {
            idle = drain() > 0 ? 0 : idle + 1;
            if (idle > END_ROUNDS_MAX) {
                fail("a tap never finished its record");
            }
            pauseIf(idle > 0);
        }
        long events = seq - lostReported;
        while (failure == null
                && !deliverOwn(own.asCaptureEnded(events, lostReported, ""), 0, ring.nowNs())) {
            pauseIf(true);
        }
        try {
            sink.close();
        } catch (IOException | RuntimeException e) {
            fail(e.getMessage());
        }
        while (failure != null && ring.read(onRecord, RECORDS_PER_DRAIN_MAX) > 0) {
            continue;
        }
    }

    private void pauseIf(boolean needed) {
        if (needed) {
            LockSupport.parkNanos(this, SINK_BACKOFF_NS);
        }
    }

    /**
     * @return events the sink accepted, the agent's own included
     */
    public long sent() {
        return sent.get();
    }

    /**
     * @return events emitted and not kept; final after {@link #close()}
     */
    public long lost() {
        return ring.lost() + discarded + sink.lost();
    }

    /**
     * @return why the capture failed, if it did
     */
    public Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    /**
     * Turns the taps off, delivers what is in the ring, writes the session's last event and closes
     * the sink. The mediator's threads should be done: what they emit meanwhile may be left out.
     *
     * @throws IOException if the recording is not complete
     */
    @Override
    public void close() throws IOException {
        if (!ended) {
            ended = true;
            stopping = true;
            if (thread == null) {
                end();
            } else {
                join();
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void join() {
        try {
            thread.join(CLOSE_PATIENCE_MS);
            if (thread.isAlive()) {
                fail("the sink does not come back");
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            fail("interrupted while closing");
            Thread.currentThread().interrupt();
        }
    }
}
