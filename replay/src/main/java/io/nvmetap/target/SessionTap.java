package io.nvmetap.target;

import io.nvmetap.capture.Tap;
import io.nvmetap.device.Timeline;
import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import java.util.function.Consumer;

/**
 * Hands each event to a consumer at once, numbered and timed: for one thread in virtual time, where
 * nothing can be lost. Begins with the header; {@link #end} closes the session.
 */
public final class SessionTap implements Tap {
    private final CapturedEvent event = new CapturedEvent();
    private final Timeline timeline;
    private final Consumer<CapturedEvent> sink;
    private long seq;

    /**
     * @param sessionHigh first half of the session id, from a seed
     * @param sink gets each event; the instance is reused
     */
    public SessionTap(
            CaptureStarted header,
            Timeline timeline,
            long sessionHigh,
            Consumer<CapturedEvent> sink) {
        this.timeline = timeline;
        this.sink = sink;
        event.sessionHigh = sessionHigh;
        event.sessionLow = ~sessionHigh;
        emit(event.asCaptureStarted(header), -1);
    }

    @Override
    public boolean on() {
        return true;
    }

    @Override
    public CapturedEvent event() {
        return event;
    }

    @Override
    public void emit(CapturedEvent e, int cpu) {
        sink.accept(e.at(seq++, timeline.nowNs(), cpu, 0));
    }

    /** Writes the last event. */
    public void end(String reason) {
        emit(event.asCaptureEnded(seq, 0, reason), -1);
    }

    /** Events handed on so far. */
    public long events() {
        return seq;
    }
}
