package io.nvmetap.target;

/** A build in another process: it lives in real time and may end. */
public interface ExternalDriver extends Driver, AutoCloseable {
    /**
     * Lets what the driver stored meanwhile take effect, in its order; called inside the timeline.
     */
    void settle();

    /**
     * @return what it did to guest memory that no driver may do, one sentence; "" nothing
     */
    String misdeed();

    /** How long it may take. */
    PeerLimits limits();

    /**
     * @return how it ended, one sentence; "" it has not
     */
    String ended();

    /** Ends it, whatever it does. */
    @Override
    void close();
}
