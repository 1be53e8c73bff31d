package io.nvmetap.capture;

import io.nvmetap.event.AvroOut;
import io.nvmetap.event.CapturedEvent;
import io.nvmetap.event.EventCodec;

/**
 * The tap of a live mediator, for one controller: encodes on the caller's thread, puts the bytes
 * into the ring, returns. Any number of threads; each has its own scratch space. Records from when
 * the agent starts until it is closed.
 */
public final class RingTap implements Tap {
    private static final int SCRATCH_BYTES = 4 * 1024;

    /** Room for everything that is neither string, page nor payload. */
    private static final int FIXED_BYTES_MAX = 512;

    /** Address and length; a run of pages has no more. */
    private static final int PAGE_BYTES_MAX = 15;

    private static final int UTF8_BYTES_PER_CHAR_MAX = 3;

    private final EventRing ring;
    private final int controller;
    private final ThreadLocal<Scratch> scratches = ThreadLocal.withInitial(this::begin);

    /**
     * Of the first thread, nearly always the only one, which thus need not look it up. Not
     * volatile: whoever sees an old one looks up.
     */
    private Scratch first;

    /**
     * @param ring shared with the agent
     * @param controller index into the session's controllers
     */
    public RingTap(EventRing ring, int controller) {
        this.ring = ring;
        this.controller = controller;
    }

    @Override
    public boolean on() {
        return ring.isOpen();
    }

    @Override
    public CapturedEvent event() {
        return scratch().event;
    }

    private Scratch scratch() {
        Scratch s = first;
        return s != null && s.thread == Thread.currentThread() ? s : scratches.get();
    }

    /** A thread that is new takes the place of one that has ended. */
    private Scratch begin() {
        Scratch s = new Scratch(Thread.currentThread());
        Scratch before = first;
        if (before == null || !before.thread.isAlive()) {
            first = s;
        }
        return s;
    }

    @Override
    public void emit(CapturedEvent e, int cpu) {
        if (!ring.isOpen()) {
            return;
        }
        if (ring.isFull()) {
            ring.lose();
            return;
        }
        AvroOut out = scratch().out.clear();
        try {
            if (bytesMax(e) > ring.eventBytesMax()) {
                ring.lose();
                return;
            }
            e.cpu = cpu;
            // Session, controller, seq and time are the agent's to write.
            EventCodec.encodeTail(e, out);
        } catch (RuntimeException unencodable) {
            // Our own mistake or the caller's; the mediated path must not pay for it.
            ring.lose();
            return;
        }
        ring.put(controller, out.buffer(), out.position());
    }

    /**
     * Upper bound of the encoded size, before it costs memory. What a reader would refuse is as
     * good as too large.
     */
    private static long bytesMax(CapturedEvent e) {
        return switch (e.kind) {
            case COMMAND_FETCHED, COMMAND_EMITTED ->
                    FIXED_BYTES_MAX + (long) PAGE_BYTES_MAX * e.pageCount;
            case PAYLOAD, POINTER_LIST_READ ->
                    e.content.length > CapturedEvent.CONTENT_BYTES_MAX
                            ? Long.MAX_VALUE
                            : FIXED_BYTES_MAX + (long) e.content.length + e.digest.length;
            case DECISION, ANNOTATION -> FIXED_BYTES_MAX + utf8(e.label) + utf8(e.text);
            case INTERRUPT_SUPPRESSED, TAKE_OVER, EVENTS_LOST, CAPTURE_ENDED ->
                    FIXED_BYTES_MAX + utf8(e.label);
            default -> 0;
        };
    }

    private static long utf8(String s) {
        long bytes = (long) UTF8_BYTES_PER_CHAR_MAX * s.length();
        return bytes > EventCodec.STRING_BYTES_MAX ? Integer.MAX_VALUE : bytes;
    }

    private static final class Scratch {
        private final Thread thread;
        private final CapturedEvent event = new CapturedEvent();
        private final AvroOut out = new AvroOut(SCRATCH_BYTES);

        Scratch(Thread thread) {
            this.thread = thread;
        }
    }
}
