package io.nvmetap.wire;

import io.nvmetap.event.CaptureStarted;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventKind;
import io.nvmetap.event.LiveState;
import io.nvmetap.event.MalformedEventException;
import io.nvmetap.event.Side;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Frames of one tap, in any order, become the events of one session after another: in the order of
 * their tickets, gapless but for {@code EventsLost}, with a first and a last event.
 *
 * <p>Nothing is told before the tap's header came. A session ends with the tap's last word, when
 * the tap begins anew, or with {@link #end}.
 */
public final class TapTranslator {
    /** Stage of losses that the tap counted: no room in its memory. */
    public static final String STAGE_TAP = "tap";

    /** Stage of losses on the way. */
    public static final String STAGE_STREAM = "tap stream";

    /** Stage of what was told before somebody listened. */
    public static final String STAGE_BEFORE = "before the agent listened";

    /** Stage of frames that arrived and cannot be understood. */
    public static final String STAGE_MALFORMED = "malformed frame";

    /** Longest silence of one controller while others are told of, nanoseconds. */
    static final long HEARTBEAT_NS = 100_000_000L;

    /** Events one frame may say were lost. */
    static final long LOST_MAX = 1L << 40;

    private final Consumer<CapturedEvent> sink;
    private final LongSupplier sessionHigh;
    private final LongSupplier sessionLow;
    private final LongSupplier wallClockMs;
    private final OrderWindow window = new OrderWindow(this::inOrder);
    private final TapBody body = new TapBody();
    private final CapturedEvent event = new CapturedEvent();
    private final CapturedEvent own = new CapturedEvent();
    private TapHello hello;
    private boolean open;
    private long patienceTicks;
    private long high;
    private long low;
    private long expected;
    private int droppedSeen;
    private long seq;
    private long lastNs;
    private final long[] lastOfNs = new long[TapHello.CONTROLLERS_MAX];
    private long lostInSession;
    private long events;
    private long lost;
    private long sessions;
    private long malformed;
    private long unheard;

    /**
     * @param sink receives each event in order; the instance is reused
     * @param sessionHigh first eight bytes of the next session id
     * @param sessionLow last eight bytes of the next session id
     * @param wallClockMs Unix milliseconds, for taps that do not know them
     */
    public TapTranslator(
            Consumer<CapturedEvent> sink,
            LongSupplier sessionHigh,
            LongSupplier sessionLow,
            LongSupplier wallClockMs) {
        this.sink = sink;
        this.sessionHigh = sessionHigh;
        this.sessionLow = sessionLow;
        this.wallClockMs = wallClockMs;
    }

    /** Takes a frame as it comes from the stream. */
    public void accept(TapFrame f) {
        if (f.kind == EventKind.CAPTURE_STARTED.ordinal() && greeted(f)) {
            return;
        }
        if (!open) {
            unheard++;
            return;
        }
        if (!window.accept(f)) {
            malformed++;
            return;
        }
        window.elapse(f.ticks, patienceTicks);
    }

    /**
     * Looks at a header as soon as it comes: a tap that began anew does not wait for what is
     * missing of its old order.
     *
     * @return nothing more is to be done
     */
    private boolean greeted(TapFrame f) {
        TapHello said;
        try {
            said = body.hello(f);
        } catch (MalformedEventException bad) {
            if (!open) {
                malformed++;
                return true;
            }
            return false;
        }
        boolean again = open && hello.sameTap(said) && f.order > 0;
        if (again || f.order < 0) {
            return false;
        }
        end("the mediator began anew");
        begin(said.withWallClock(wallClockMs.getAsLong()), f);
        return true;
    }

    private void begin(TapHello said, TapFrame f) {
        hello = said;
        open = true;
        sessions++;
        patienceTicks = OrderWindow.PATIENCE_NS / 1000 * said.ticksPerSecond() / 1_000_000;
        high = sessionHigh.getAsLong();
        low = sessionLow.getAsLong();
        seq = 0;
        lastNs = 0;
        lostInSession = 0;
        Arrays.fill(lastOfNs, 0);
        droppedSeen = f.dropped;
        expected = f.order + 1;
        window.begin(expected);
        send(own.asCaptureStarted(said.started()), 0, 0, -1);
        long before = Math.min(LOST_MAX, f.order + (f.dropped & 0xFFFF_FFFFL));
        if (before > 0) {
            lose(before, STAGE_BEFORE);
            states(said.started());
        }
    }

    /** After a gap at the very beginning the header's states are what is known. */
    private void states(CaptureStarted started) {
        Side seen = started.mediated() ? Side.GUEST : Side.DEVICE;
        for (int c = 0; c < started.controllers().size(); c++) {
            LiveState state = started.controllers().get(c).state();
            if (state.known()) {
                send(own.asStateSnapshot(seen, state), c, 0, -1);
            }
        }
    }

    private void inOrder(TapFrame f) {
        if (!open) {
            return;
        }
        long missing = f.order - expected;
        expected = f.order + 1;
        lose(missing, STAGE_STREAM);
        int dropped = f.dropped - droppedSeen;
        if (dropped > 0) {
            droppedSeen = f.dropped;
            lose(dropped, STAGE_TAP);
        }
        if (f.kind == EventKind.CAPTURE_STARTED.ordinal()) {
            return;
        }
        try {
            body.decode(f, event);
        } catch (MalformedEventException bad) {
            malformed++;
            lose(1, STAGE_MALFORMED);
            return;
        }
        tell(f);
    }

    private void tell(TapFrame f) {
        if (f.controller >= hello.started().controllers().size()) {
            malformed++;
            lose(1, STAGE_MALFORMED);
        } else if (event.kind == EventKind.CAPTURE_ENDED) {
            close(event.label, hello.timeNs(f.ticks));
        } else if (event.kind == EventKind.EVENTS_LOST) {
            lastNs = Math.max(lastNs, hello.timeNs(f.ticks));
            lose(Math.max(0, Math.min(LOST_MAX, event.value)), event.label);
        } else {
            send(event, f.controller, hello.timeNs(f.ticks), f.cpu);
            beatBeside(f.controller);
        }
    }

    /** What happens on one controller tells that time went on for the others. */
    private void beatBeside(int controller) {
        for (int c = 0; c < hello.started().controllers().size(); c++) {
            if (c != controller && lastNs - lastOfNs[c] >= HEARTBEAT_NS) {
                send(own.asHeartbeat(), c, lastNs, -1);
            }
        }
    }

    private void lose(long count, String stage) {
        if (count > 0) {
            send(own.asEventsLost(count, stage), 0, lastNs, -1);
            seq += count;
            lostInSession += count;
            lost += count;
        }
    }

    private void send(CapturedEvent e, int controller, long timeNs, int cpu) {
        lastNs = Math.max(lastNs, timeNs);
        lastOfNs[controller] = lastNs;
        e.sessionHigh = high;
        e.sessionLow = low;
        e.at(seq++, lastNs, cpu, controller);
        events++;
        sink.accept(e);
    }

    /**
     * Says that time went on though the tap is silent.
     *
     * @param silentNs how long it has been silent, nanoseconds
     * @param lastAtNs {@link #lastNs()} when the silence began
     */
    public void beat(long silentNs, long lastAtNs) {
        if (open) {
            for (int c = 0; c < hello.started().controllers().size(); c++) {
                send(own.asHeartbeat(), c, lastAtNs + silentNs, -1);
            }
        }
    }

    /**
     * No more frames come: ends the session, if there is one, with what is known.
     *
     * @param reason why, if the tap has not said so itself
     */
    public void end(String reason) {
        window.flush();
        if (open) {
            close(reason, lastNs);
        }
    }

    private void close(String reason, long timeNs) {
        open = false;
        send(own.asCaptureEnded(seq - lostInSession, lostInSession, reason), 0, timeNs, -1);
    }

    /**
     * @return a session has begun and not ended
     */
    public boolean open() {
        return open;
    }

    /**
     * @return time of the last event, nanoseconds since the session began
     */
    public long lastNs() {
        return lastNs;
    }

    /**
     * @return events told, of all sessions, those made here included
     */
    public long events() {
        return events;
    }

    /**
     * @return events that are told to be lost, of all sessions
     */
    public long lost() {
        return lost;
    }

    /**
     * @return sessions begun
     */
    public long sessions() {
        return sessions;
    }

    /**
     * @return frames with right checksums and wrong content
     */
    public long malformed() {
        return malformed;
    }

    /**
     * @return frames that came when no session was open
     */
    public long unheard() {
        return unheard;
    }

    /**
     * @return frames that came twice, or after they were given up
     */
    public long late() {
        return window.late();
    }

    /**
     * @return names of the mediators in this session's header, for people
     */
    public List<String> mediator() {
        return open
                ? List.of(hello.started().mediatorName(), hello.started().mediatorVersion())
                : List.of();
    }
}
