package io.nvmetap.capture;

/** Shown the parts of a live capture as they are made, to tell figures of them. */
public interface CaptureWatch extends AutoCloseable {
    /** Looks at nothing. */
    CaptureWatch NONE = new CaptureWatch() {};

    /**
     * @param sink of one session; one thread
     * @return what to use instead
     */
    default EventSink sink(EventSink sink) {
        return sink;
    }

    /** The ring of this process. */
    default void ring(EventRing ring) {
        // Not looked at.
    }

    /** The way to the topic. */
    default void topic(KafkaEventSink topic) {
        // Not looked at.
    }

    /**
     * The spool before the topic.
     *
     * @param bytesMax its bound
     */
    default void spool(SpoolSink spool, long bytesMax) {
        // Not looked at.
    }

    /** What is heard of taps. */
    default void taps(TapFigures taps) {
        // Not looked at.
    }

    @Override
    default void close() {
        // Nothing to let go.
    }
}
