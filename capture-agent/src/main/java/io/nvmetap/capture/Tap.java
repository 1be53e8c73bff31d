package io.nvmetap.capture;

import io.nvmetap.event.CapturedEvent;

/**
 * Where the mediator says what it sees. Use:
 *
 * <pre>{@code
 * if (tap.on()) {
 *     tap.emit(tap.event().asDoorbell(Side.GUEST, DoorbellKind.SQ_TAIL, qid, tail), cpu);
 * }
 * }</pre>
 *
 * <p>Never blocks, throws or allocates; what cannot be kept is counted and becomes an {@code
 * EventsLost} event. The order of {@code emit} calls is the order of the session.
 */
public interface Tap {
    /** Records nothing. */
    Tap OFF =
            new Tap() {
                private final CapturedEvent scratch = new CapturedEvent();

                @Override
                public boolean on() {
                    return false;
                }

                @Override
                public CapturedEvent event() {
                    return scratch;
                }

                @Override
                public void emit(CapturedEvent e, int cpu) {
                    // Off: nothing to keep.
                }
            };

    /**
     * @return someone records; if not, skip the work
     */
    boolean on();

    /**
     * @return the calling thread's scratch event, to be filled and emitted before the next call
     */
    CapturedEvent event();

    /**
     * Keeps the event; session, seq, time and controller are filled in on the way.
     *
     * @param cpu CPU that acted, -1 not known
     */
    void emit(CapturedEvent e, int cpu);
}
