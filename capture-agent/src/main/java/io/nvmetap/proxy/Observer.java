package io.nvmetap.proxy;

import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Lets one thread at a time look, and looks by itself while something may happen that no message
 * tells: a client that polls is never interrupted. Whatever goes wrong in here is remarked and
 * never reaches who passes messages on.
 */
final class Observer implements AutoCloseable {
    /** Between two looks while commands are in flight. */
    static final long LOOK_NS_MIN = 500_000;

    /** The same, grown, while nothing is found. */
    static final long LOOK_NS_MAX = 20_000_000;

    /** The longest while shadow doorbells are in use, which nothing else tells of. */
    static final long LOOK_SHADOW_NS_MAX = 2_000_000;

    private static final long CLOSE_PATIENCE_MS = 10_000;

    private final ControllerView view;
    private final ProxyTap tap;
    private final ReentrantLock lock = new ReentrantLock();
    private final Thread thread;
    private volatile boolean parked;
    private volatile boolean closed;

    Observer(ControllerView view, ProxyTap tap) {
        this.view = view;
        this.tap = tap;
        thread = new Thread(this::run, "nvmetap-proxy-look");
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes what passes in. */
    void observe(Consumer<ControllerView> what) {
        lock.lock();
        try {
            if (!closed) {
                what.accept(view);
            }
        } catch (RuntimeException | InternalError failure) {
            // InternalError: a mapped page of the client's memory file is gone.
            failed(failure);
        } finally {
            if (parked && view.queues().busy()) {
                parked = false;
                LockSupport.unpark(thread);
            }
            lock.unlock();
        }
    }

    /** For remarks of who is not looking at the controller. */
    void remark(String text) {
        lock.lock();
        try {
            if (!closed) {
                tap.remark(text);
            }
        } finally {
            lock.unlock();
        }
    }

    private void failed(Throwable failure) {
        tap.remark("something that passed could not be recorded: " + failure);
        tap.stateUnknown();
    }

    private void run() {
        long intervalNs = LOOK_NS_MAX;
        while (!closed) {
            boolean[] seen = new boolean[3];
            observe(
                    v -> {
                        QueueWatch queues = v.queues();
                        seen[0] = queues.watching() && queues.look(false) > 0;
                        seen[1] = queues.watching();
                        seen[2] = queues.shadowed();
                    });
            if (seen[0]) {
                intervalNs = LOOK_NS_MIN;
            } else {
                long most = seen[2] ? LOOK_SHADOW_NS_MAX : LOOK_NS_MAX;
                intervalNs = Math.min(most, intervalNs * 2);
            }
            // A short wait is not cut shorter: that would cost a wake-up a doorbell.
            boolean wakeable = intervalNs > LOOK_NS_MIN || !seen[1];
            parked = wakeable;
            if (seen[1]) {
                LockSupport.parkNanos(this, intervalNs);
            } else {
                LockSupport.park(this);
            }
            if (wakeable && !parked) {
                intervalNs = LOOK_NS_MIN / 2;
            }
            parked = false;
        }
    }

    /** Ends looking; what comes later is not recorded. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join(CLOSE_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Who was looking when it closed has finished after this.
        lock.lock();
        lock.unlock();
    }
}
