package io.nvmetap.agent;

import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** One thread that hears one source to its end: a serial line, shared memory, a UDP port. */
final class TapThread implements Taps {
    /** What the thread does. */
    interface Work {
        /** Hears until the end or {@link #stop}. */
        void run() throws IOException;

        /** Asks it to end soon; any thread. */
        void stop();
    }

    private static final long CLOSE_PATIENCE_MS = 10_000;

    private final Work work;
    private final Consumer<String> say;
    private final Thread thread;
    private IOException failure;

    /** Starts. */
    TapThread(Work work, Consumer<String> say) {
        this.work = work;
        this.say = say;
        thread = new Thread(this::run, "nvmetap-tap");
        thread.setDaemon(true);
        thread.start();
    }

    /** A source that holds one tap. */
    static TapThread of(TapReceiver receiver, TapSource source, Consumer<String> say) {
        return new TapThread(
                new Work() {
                    @Override
                    public void run() throws IOException {
                        try (source) {
                            receiver.run(source);
                        }
                    }

                    @Override
                    public void stop() {
                        receiver.stop();
                    }
                },
                say);
    }

    private void run() {
        IOException failed = null;
        try {
            work.run();
        } catch (IOException e) {
            failed = e;
        } catch (RuntimeException ours) {
            failed = new IOException("internal error, please report: " + ours);
        } catch (InternalError fault) {
            // What the JVM makes of a mapped file that was cut off in the very moment it was read.
            failed = new IOException("the tap's memory is gone: " + fault.getMessage());
        }
        if (failed != null) {
            say.accept("let go: " + failed.getMessage());
        }
        synchronized (this) {
            failure = failed;
        }
    }

    @Override
    public boolean awaitLast(long limitMs) throws InterruptedException {
        thread.join(Math.max(1, limitMs));
        return !thread.isAlive();
    }

    @Override
    public boolean deaf() {
        return !thread.isAlive();
    }

    @Override
    public synchronized Optional<IOException> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        work.stop();
        try {
            thread.join(CLOSE_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
