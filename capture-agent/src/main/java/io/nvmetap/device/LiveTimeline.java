package io.nvmetap.device;

import java.util.PriorityQueue;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Real time for a live mediator. Whatever reaches the mediator (a message of its guest, an
 * interrupt of its controller, work that fell due) runs inside {@link #enter}, so that one thread
 * at a time is in there, as its contract wants.
 *
 * <p>Design note: a lock and not an event loop, because the thread that read a doorbell from the
 * socket then serves it without a hand-over. Work that is due runs at the end of each entry, the
 * rest on a thread of its own.
 */
public final class LiveTimeline implements Timeline, AutoCloseable {
    /** Pieces of work that may wait. */
    public static final int PENDING_MAX = 1 << 20;

    /** Pieces of work one entry runs before it lets others in. */
    public static final int STEPS_PER_ENTRY_MAX = 10_000;

    private final ReentrantLock lock = new ReentrantLock(true);
    private final Condition earlier = lock.newCondition();
    private final PriorityQueue<Entry> pending = new PriorityQueue<>();
    private final Consumer<Throwable> onFailure;
    private final Thread timer;
    private long asked;
    private boolean closed;

    private record Entry(long dueNs, long order, Runnable work) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.compare(dueNs, other.dueNs);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /**
     * @param onFailure told of whatever work threw; the timeline goes on
     */
    public LiveTimeline(Consumer<Throwable> onFailure) {
        this.onFailure = onFailure;
        timer = new Thread(this::runTimer, "nvmetap-timeline");
        timer.setDaemon(true);
        timer.start();
    }

    @Override
    public long nowNs() {
        return System.nanoTime();
    }

    /**
     * {@inheritDoc}
     *
     * @throws IllegalStateException if {@link #PENDING_MAX} pieces of work wait already
     */
    @Override
    public void after(long delayNs, Runnable work) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (pending.size() >= PENDING_MAX) {
                throw new IllegalStateException(
                        "more than " + PENDING_MAX + " pieces of work wait on the timeline");
            }
            long now = System.nanoTime();
            long delay = Math.max(0, delayNs);
            long due = now > Long.MAX_VALUE - delay ? Long.MAX_VALUE : now + delay;
            pending.add(new Entry(due, asked++, work));
            // Inside an entry the end of the entry looks; a stranger must wake the timer.
            if (lock.getHoldCount() == 1) {
                earlier.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Runs {@code work} and then whatever is due, alone. Entries of one thread nest. What {@code
     * work} throws comes out of here; what due work throws goes to {@code onFailure}.
     */
    public void enter(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            try {
                if (lock.getHoldCount() == 1) {
                    runDue();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Runs {@code work} with the timeline let go of, by a thread that is inside: for calls that
     * wait for somebody who has to come in.
     *
     * @throws IllegalMonitorStateException if the thread is not inside
     */
    public void leave(Runnable work) {
        int holds = lock.getHoldCount();
        if (holds == 0) {
            throw new IllegalMonitorStateException("leave without enter");
        }
        for (int i = 0; i < holds; i++) {
            lock.unlock();
        }
        try {
            work.run();
        } finally {
            for (int i = 0; i < holds; i++) {
                lock.lock();
            }
        }
    }

    /** Work that waits. */
    public int pending() {
        lock.lock();
        try {
            return pending.size();
        } finally {
            lock.unlock();
        }
    }

    /** Drops what waits and ends the thread; later work is ignored. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            pending.clear();
            earlier.signal();
        } finally {
            lock.unlock();
        }
    }

    private void runDue() {
        Entry first = pending.peek();
        for (int step = 0; first != null && step < STEPS_PER_ENTRY_MAX; step++) {
            if (first.dueNs > System.nanoTime()) {
                break;
            }
            pending.poll();
            try {
                first.work.run();
            } catch (RuntimeException | InternalError failure) {
                // InternalError: a mapped page of the peer's memory file is gone.
                onFailure.accept(failure);
            }
            first = pending.peek();
        }
        if (first != null) {
            earlier.signal();
        }
    }

    private void runTimer() {
        lock.lock();
        try {
            while (!closed) {
                // The nested hold keeps work's own calls of after() from waking this thread.
                lock.lock();
                try {
                    runDue();
                } catch (RuntimeException | InternalError lost) {
                    // Thrown by onFailure itself, which leaves nobody to tell; work goes on.
                } finally {
                    lock.unlock();
                }
                Entry first = pending.peek();
                if (first == null) {
                    earlier.await();
                } else {
                    earlier.awaitNanos(first.dueNs - System.nanoTime());
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
