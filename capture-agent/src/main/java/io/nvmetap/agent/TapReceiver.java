package io.nvmetap.agent;

import io.nvmetap.agent.TapSource.Outcome;
import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;
import io.nvmetap.event.EventKind;
import io.nvmetap.trace.EventSerde;
import io.nvmetap.wire.Deframer;
import io.nvmetap.wire.TapTranslator;
import io.nvmetap.wire.TapVersionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * One tap: its bytes become events and go to a sink, one session after another. One thread.
 *
 * <p>A sink that is slow makes the tap wait for the socket, fill its memory, drop and count; one
 * that fails is asked a few times more, then this tap is let go.
 */
final class TapReceiver {
    /** Silence of a tap that beats by itself before the agent says that time went on. */
    static final int BEAT_AFTER_MS = 500;

    /** Between two heartbeats in a silence. */
    static final int BEAT_EVERY_MS = 100;

    /** A peer that has said no header for so long is no tap. */
    static final int HELLO_PATIENCE_MS = 60_000;

    /** Sessions one connection may begin. */
    static final int SESSIONS_MAX = 1_000;

    /** Times one event is offered to a sink that fails. */
    static final int SINK_ATTEMPTS_MAX = 6;

    private static final long SINK_BACKOFF_NS = 10_000_000L;

    private final String name;
    private final TapSinks sinks;
    private final Consumer<String> say;
    private final Clocks clocks;
    private final Deframer deframer;
    private final TapTranslator translator;
    private final AvroOut out = new AvroOut(4 * 1024);
    private final Map<Integer, byte[]> keys = new HashMap<>();
    private TapSinks.Place place;
    private String broken = "";
    private long eventsOfSession;
    private long lastHeardNs;
    private long lastBeatNs;
    private long lastTapNs;
    private final TapTotals totals;
    private final long[] told = new long[4];
    private volatile boolean stopping;

    /**
     * @param name of the tap, for people
     * @param sinks where its sessions go
     * @param say gets lines for people
     * @param clocks time and identity
     */
    TapReceiver(String name, TapSinks sinks, Consumer<String> say, Clocks clocks) {
        this.name = name;
        this.sinks = sinks;
        this.say = say;
        this.clocks = clocks;
        totals = sinks.totals();
        totals.taps.incrementAndGet();
        translator =
                new TapTranslator(
                        this::event, clocks.identity(), clocks.identity(), clocks.wallClockMs());
        deframer = new Deframer(translator::accept);
        lastHeardNs = clocks.nanos().getAsLong();
    }

    /** Asks {@link #run} to end soon; any thread. */
    void stop() {
        stopping = true;
    }

    /**
     * Reads until the tap or {@link #stop} ends it.
     *
     * @throws IOException if events could not be kept
     */
    void run(TapSource source) throws IOException {
        String reason = "the agent was stopped";
        try {
            while (!stopping) {
                Outcome outcome = look(source);
                if (outcome == Outcome.OVER) {
                    reason = broken.isEmpty() ? source.endReason() : broken;
                    break;
                }
                heard(outcome == Outcome.SOME, source.beatAfterMs());
            }
        } catch (TapVersionException e) {
            throw new IOException(name + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            finish(reason);
        }
        if (!broken.isEmpty() && translator.sessions() == 0) {
            throw new IOException(name + ": " + broken);
        }
    }

    /** A source that breaks is one that ends; what the sinks refuse comes unchecked. */
    private Outcome look(TapSource source) {
        try {
            return source.pass(deframer, translator, BEAT_EVERY_MS);
        } catch (IOException e) {
            broken = "the tap's bytes ended: " + e.getMessage();
            return Outcome.OVER;
        }
    }

    /** Takes bytes that came some other way than by {@link #run}. */
    void accept(byte[] bytes, int count) throws IOException {
        try {
            deframer.accept(bytes, 0, count);
            heard(true, BEAT_AFTER_MS);
        } catch (TapVersionException e) {
            throw new IOException(name + ": " + e.getMessage());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Nothing came: time goes on. */
    void idle() throws IOException {
        heard(false, BEAT_AFTER_MS);
    }

    /**
     * @return a session was begun and has ended
     */
    boolean ended() {
        return translator.sessions() > 0 && !translator.open();
    }

    /** Adds what is new since the last time. */
    private void tally() {
        told[0] = add(totals.malformed, translator.malformed(), told[0]);
        told[1] = add(totals.unheard, translator.unheard(), told[1]);
        told[2] = add(totals.late, translator.late(), told[2]);
        told[3] = add(totals.skippedBytes, deframer.skippedBytes(), told[3]);
    }

    private static long add(LongAdder total, long now, long before) {
        total.add(now - before);
        return now;
    }

    private void heard(boolean something, int beatAfterMs) throws IOException {
        tally();
        long now = clocks.nanos().getAsLong();
        if (something) {
            lastHeardNs = now;
            lastBeatNs = now;
            lastTapNs = translator.lastNs();
            if (translator.sessions() > SESSIONS_MAX) {
                throw new IOException(name + ": began over " + SESSIONS_MAX + " sessions");
            }
            return;
        }
        long silentMs = (now - lastHeardNs) / 1_000_000;
        if (translator.open()) {
            if (silentMs >= beatAfterMs && (now - lastBeatNs) / 1_000_000 >= BEAT_EVERY_MS) {
                lastBeatNs = now;
                translator.beat(now - lastHeardNs, lastTapNs);
            }
        } else if (translator.sessions() == 0 && silentMs > HELLO_PATIENCE_MS) {
            throw new IOException(name + ": said no header; is it a tap?");
        }
    }

    /** Ends the session that is open, with a reason, and says what the tap brought. */
    void finish(String reason) throws IOException {
        try {
            deframer.end();
            translator.end(reason);
        } catch (TapVersionException late) {
            translator.end(reason);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            abandon();
            tally();
            totals.taps.decrementAndGet();
            remarks();
        }
    }

    private void remarks() {
        if (deframer.skippedBytes() > 0) {
            say.accept(
                    String.format("%s   %,d bytes were no frames", name, deframer.skippedBytes()));
        }
        if (translator.malformed() + translator.unheard() + translator.late() > 0) {
            say.accept(
                    String.format(
                            "%s   %,d frames malformed   %,d before a header   %,d late",
                            name, translator.malformed(), translator.unheard(), translator.late()));
        }
    }

    private void event(CapturedEvent e) {
        try {
            if (e.kind == EventKind.CAPTURE_STARTED) {
                place = sinks.open(e.sessionHigh, e.sessionLow);
                keys.clear();
                eventsOfSession = 0;
                say.accept(
                        String.format("%s   records   %s   %s", name, mediator(e), place.name()));
            }
            deliver(e);
            if (e.kind == EventKind.CAPTURE_ENDED) {
                ended(e);
            }
        } catch (IOException io) {
            throw new UncheckedIOException(io);
        }
    }

    private static String mediator(CapturedEvent e) {
        String text = e.header.mediatorName() + " " + e.header.mediatorVersion();
        return text.isBlank() ? "no mediator" : text.strip().replaceAll("\\p{Cntrl}", "?");
    }

    private void deliver(CapturedEvent e) throws IOException {
        if (place == null) {
            return;
        }
        EventCodec.encode(e, out.clear());
        byte[] key = keys.computeIfAbsent(e.controller, c -> EventSerde.key(e));
        for (int attempt = 1; ; attempt++) {
            try {
                place.sink().accept(out.buffer(), out.position(), key);
                eventsOfSession++;
                return;
            } catch (IOException refused) {
                if (attempt == SINK_ATTEMPTS_MAX) {
                    abandon();
                    throw refused;
                }
                LockSupport.parkNanos(this, SINK_BACKOFF_NS << attempt);
            }
        }
    }

    private void ended(CapturedEvent e) throws IOException {
        TapSinks.Place done = place;
        if (done == null) {
            return;
        }
        place = null;
        done.sink().close();
        say.accept(
                String.format(
                        "%s   %,d events   %,d lost   %s%s",
                        name,
                        eventsOfSession,
                        e.lost,
                        done.name(),
                        e.label.isEmpty() ? "" : "   " + e.label.replaceAll("\\p{Cntrl}", "?")));
    }

    /** A session that cannot go on leaves behind what was kept. */
    private void abandon() {
        TapSinks.Place left = place;
        place = null;
        if (left != null) {
            try {
                left.sink().close();
            } catch (IOException again) {
                say.accept(name + "   " + again.getMessage());
            }
        }
    }
}
