package io.nvmetap.testkit;

import io.nvmetap.capture.EventSink;
import java.io.IOException;

/** A sink that takes nothing, and does not come back, while it is shut. */
public final class GateSink implements EventSink {
    private final EventSink behind;
    private boolean shut;

    /** Open. */
    public GateSink(EventSink behind) {
        this.behind = behind;
    }

    /** Whoever comes waits. */
    public synchronized void shut() {
        shut = true;
    }

    /** Who waits goes on. */
    public synchronized void open() {
        shut = false;
        notifyAll();
    }

    private synchronized void pass() throws IOException {
        try {
            while (shut) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void accept(byte[] body, int count, byte[] key) throws IOException {
        pass();
        behind.accept(body, count, key);
    }

    @Override
    public void flush() throws IOException {
        behind.flush();
    }

    @Override
    public long lost() {
        return behind.lost();
    }

    @Override
    public void close() throws IOException {
        behind.close();
    }
}
