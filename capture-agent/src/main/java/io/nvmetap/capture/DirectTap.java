package io.nvmetap.capture;

import io.nvmetap.device.Timeline;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A tap without ring and agent, for simulation and replay: stamps each event and hands it over at
 * once, so that the same inputs give the same recording. One thread.
 *
 * <p>Records between {@link #start} and {@link #end}; off before and after. Silence is filled with
 * heartbeats when the next event comes, as {@code docs/events.md} asks. A consumer that fails does
 * not fail the mediated path: the event counts as lost, the next one is preceded by {@code
 * EventsLost}, and {@link #failure()} tells the first reason.
 */
public final class DirectTap implements Tap {
    /** Longest silence without a heartbeat, nanoseconds. */
    public static final long HEARTBEAT_NS = 100_000_000L;

    /** Heartbeats that fill one silence; a longer one gets as many, further apart. */
    public static final int HEARTBEATS_PER_SILENCE_MAX = 1_000;

    private static final String STAGE = "consumer";

    private final CapturedEvent scratch = new CapturedEvent();
    private final CapturedEvent own = new CapturedEvent();
    private final Timeline timeline;
    private final long sessionHigh;
    private final long sessionLow;
    private final Consumer<CapturedEvent> sink;

    private boolean on;
    private long startNs;
    private long lastNs;
    private long seq;
    private long lost;
    private long lostReported;
    private RuntimeException failure;

    /**
     * @param timeline clock; time zero of the recording is its time at {@link #start}
     * @param sessionHigh session id, first eight bytes
     * @param sessionLow session id, last eight bytes
     * @param sink receives every event in order; must copy what it keeps
     */
    public DirectTap(
            Timeline timeline, long sessionHigh, long sessionLow, Consumer<CapturedEvent> sink) {
        this.timeline = timeline;
        this.sessionHigh = sessionHigh;
        this.sessionLow = sessionLow;
        this.sink = sink;
    }

    /**
     * Starts the recording with {@code CaptureStarted}.
     *
     * @throws IllegalStateException if it was started before
     */
    public void start(CaptureStarted header) {
        if (on || seq > 0) {
            throw new IllegalStateException("a tap records one session; make another tap");
        }
        startNs = timeline.nowNs();
        lastNs = 0;
        on = true;
        hand(own.asCaptureStarted(header), -1, 0);
    }

    /** Ends the recording with {@code CaptureEnded}; again: does nothing. */
    public void end(String reason) {
        if (!on) {
            return;
        }
        long now = elapsedNs();
        before(now);
        hand(own.asCaptureEnded(seq - lostReported, lost, reason), -1, now);
        on = false;
    }

    @Override
    public boolean on() {
        return on;
    }

    @Override
    public CapturedEvent event() {
        return scratch;
    }

    @Override
    public void emit(CapturedEvent e, int cpu) {
        if (on) {
            long now = elapsedNs();
            before(now);
            hand(e, cpu, now);
        }
    }

    /**
     * @return events the consumer did not take
     */
    public long lost() {
        return lost;
    }

    /**
     * @return why the consumer failed first, if it did
     */
    public Optional<RuntimeException> failure() {
        return Optional.ofNullable(failure);
    }

    private long elapsedNs() {
        return Math.max(lastNs, timeline.nowNs() - startNs);
    }

    private void before(long now) {
        long unreported = lost - lostReported;
        if (unreported > 0 && hand(own.asEventsLost(unreported, STAGE), -1, lastNs)) {
            lostReported += unreported;
            seq += unreported;
        }
        long start = lastNs;
        long step = Math.max(HEARTBEAT_NS, (now - start) / HEARTBEATS_PER_SILENCE_MAX);
        for (long t = start + step; t < now; t += step) {
            hand(own.asHeartbeat(), -1, t);
        }
    }

    private boolean hand(CapturedEvent e, int cpu, long timeNs) {
        e.sessionHigh = sessionHigh;
        e.sessionLow = sessionLow;
        e.at(seq, timeNs, cpu, 0);
        try {
            sink.accept(e);
        } catch (RuntimeException refused) {
            failure = failure == null ? refused : failure;
            lost += isOwnLossReport(e) ? 0 : 1;
            return false;
        }
        lastNs = timeNs;
        seq++;
        return true;
    }

    private boolean isOwnLossReport(CapturedEvent e) {
        return e == own && e.kind == EventKind.EVENTS_LOST;
    }
}
