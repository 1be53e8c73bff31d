package io.nvmetap.device.vfiouser;

import com.sun.jna.Memory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Event descriptors of our own, given to a peer, and one thread that tells when the peer signalled
 * one. Made for interrupts: several signals of one vector may arrive as one.
 */
public final class EventWatch implements AutoCloseable {
    /** Descriptors watched at a time. */
    public static final int EVENTS_MAX = 2048 + 8;

    private static final int EVENTS_AT = 4;
    private static final int REVENTS_AT = 6;
    private static final long CLOSE_PATIENCE_MS = 10_000;

    /** One descriptor and what is run, on the watch's thread, when it was signalled. */
    public final class Event implements AutoCloseable {
        private final int fd;
        private final Runnable onSignal;
        private final Runnable onClosed;
        private final Descriptor shared;

        private Event(int fd, Runnable onSignal, Runnable onClosed) throws IOException {
            this.fd = fd;
            this.onSignal = onSignal;
            this.onClosed = onClosed;
            this.shared = Descriptor.ofNumber(fd);
        }

        /** What a peer is given; stays this event's. */
        public Descriptor descriptor() {
            return shared;
        }

        /** No longer watched once the thread saw it; a signal that came before is still told. */
        @Override
        public void close() {
            synchronized (events) {
                if (events.remove(this)) {
                    closing.add(this);
                }
            }
            wake();
        }
    }

    private final List<Event> events = new ArrayList<>();
    private final List<Event> closing = new ArrayList<>();
    private final Consumer<Throwable> onFailure;
    private final int wakeFd;
    private final Memory one = new Memory(Long.BYTES);
    private final Thread thread;
    private volatile boolean closed;
    private boolean released;

    /**
     * @param onFailure told what a signal's work threw; the watch goes on
     */
    public EventWatch(String name, Consumer<Throwable> onFailure) throws IOException {
        this.onFailure = onFailure;
        one.setLong(0, 1);
        wakeFd = Linux.eventfd();
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Makes a descriptor and watches it.
     *
     * @throws IOException if {@link #EVENTS_MAX} are watched already, or the system has none left
     */
    Event add(Runnable onSignal) throws IOException {
        return add(onSignal, () -> {});
    }

    /**
     * See {@link #add(Runnable)}.
     *
     * @param onClosed run on the watch's thread when {@code onSignal} will not be run any more;
     *     exactly once if this returns
     */
    public Event add(Runnable onSignal, Runnable onClosed) throws IOException {
        Event event;
        synchronized (events) {
            if (events.size() >= EVENTS_MAX || closed) {
                throw new IOException("no more event descriptors can be watched");
            }
            event = new Event(Linux.eventfd(), onSignal, onClosed);
            events.add(event);
        }
        wake();
        return event;
    }

    private void wake() {
        synchronized (events) {
            // Its number may be somebody else's once it is released.
            if (!released) {
                Linux.write(wakeFd, one, Long.BYTES);
            }
        }
    }

    private void run() {
        Memory counter = new Memory(Long.BYTES);
        try {
            while (!closed) {
                List<Event> now = watched(counter);
                Memory fds = new Memory((long) (now.size() + 1) * Linux.POLLFD_BYTES);
                fds.clear();
                set(fds, 0, wakeFd);
                for (int i = 0; i < now.size(); i++) {
                    set(fds, i + 1, now.get(i).fd);
                }
                boolean same = true;
                while (same && !closed) {
                    Linux.poll(fds, now.size() + 1, -1);
                    same = !signalled(fds, 0);
                    tell(now, fds, counter);
                }
                Linux.read(wakeFd, counter, Long.BYTES);
            }
        } catch (IOException e) {
            onFailure.accept(e);
        } finally {
            release(counter);
        }
    }

    private void tell(List<Event> now, Memory fds, Memory counter) {
        for (int i = 0; i < now.size(); i++) {
            if (signalled(fds, i + 1)) {
                take(now.get(i), counter);
            }
        }
    }

    private void take(Event event, Memory counter) {
        if (Linux.read(event.fd, counter, Long.BYTES) == Long.BYTES) {
            attempt(event.onSignal);
        }
    }

    private void attempt(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | InternalError failure) {
            onFailure.accept(failure);
        }
    }

    private List<Event> watched(Memory counter) {
        List<Event> gone;
        List<Event> now;
        synchronized (events) {
            gone = new ArrayList<>(closing);
            closing.clear();
            now = new ArrayList<>(events);
        }
        gone.forEach(event -> end(event, counter));
        return now;
    }

    /** What was signalled before the end counts: a lost interrupt could be waited for for ever. */
    private void end(Event event, Memory counter) {
        take(event, counter);
        event.shared.close();
        attempt(event.onClosed);
    }

    private void release(Memory counter) {
        List<Event> gone;
        synchronized (events) {
            closed = true;
            closing.addAll(events);
            events.clear();
            gone = new ArrayList<>(closing);
            closing.clear();
        }
        gone.forEach(event -> end(event, counter));
        synchronized (events) {
            released = true;
            Linux.close(wakeFd);
        }
    }

    private static void set(Memory fds, int index, int fd) {
        long at = (long) index * Linux.POLLFD_BYTES;
        fds.setInt(at, fd);
        fds.setShort(at + EVENTS_AT, Linux.POLLIN);
    }

    private static boolean signalled(Memory fds, int index) {
        return fds.getShort((long) index * Linux.POLLFD_BYTES + REVENTS_AT) != 0;
    }

    /** Closes every descriptor and ends the thread. */
    @Override
    public void close() {
        synchronized (events) {
            if (closed) {
                return;
            }
            closed = true;
        }
        wake();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join(CLOSE_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
