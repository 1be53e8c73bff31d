package io.nvmetap.capture;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Events into the topic through a spool: while the topic takes them they pass through memory; while
 * it does not, they wait on disk, within a bound, and what does not fit is told by an {@code
 * EventsLost} of stage {@code spool} that has the number of the first event lost. {@link #accept}
 * never waits for the topic. What is not delivered when this closes, or when the process is killed,
 * stays in the folder and is sent first by the next process that spools there.
 *
 * <p>A chunk leaves the folder only when the topic has acknowledged all its events. Thus a process
 * killed between the two sends a chunk twice: readers ignore numbers they have seen.
 *
 * <p>Threads: any for {@code accept}; one of its own sends, another looks for a silent topic.
 */
public final class SpoolSink implements EventSink {
    /** Sent and not acknowledged, bytes; less than the producer's memory. */
    static final long FLIGHT_BYTES_MAX = 16L << 20;

    /** Longest wait of {@link #close()} for a topic that takes nothing. */
    static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    /** After so long without an acknowledgement memory is written to the folder. */
    static final long SILENCE_MS = 1_000;

    private static final long STOP_PATIENCE_MS = 5_000;

    private final SpoolStore store;
    private final SpoolQueue queue;
    private final SpoolTarget target;
    private final Duration patience;
    private final Deque<SpoolChunk> flight = new ArrayDeque<>();
    private final Thread sender;
    private long flightBytes;
    private long retired;
    private boolean idle;
    private boolean closed;
    private IOException failure;

    SpoolSink(
            SpoolStore store,
            long bytesMax,
            SpoolSettings.Drop drop,
            SpoolTarget target,
            Duration patience)
            throws IOException {
        this.store = store;
        this.queue = new SpoolQueue(store, bytesMax, drop);
        this.target = target;
        this.patience = patience;
        sender = new Thread(this::run, "nvmetap-spool");
        sender.setDaemon(true);
        sender.start();
        Thread watcher = new Thread(this::watch, "nvmetap-spool-watch");
        watcher.setDaemon(true);
        watcher.start();
    }

    /**
     * Opens the folder and goes on with what an earlier process left there.
     *
     * @param topic closed with this, also when this throws
     * @throws IOException if the folder cannot be had
     */
    public static SpoolSink open(SpoolSettings settings, KafkaEventSink topic) throws IOException {
        try {
            SpoolFolder folder = SpoolFolder.open(settings.folder());
            return new SpoolSink(
                    folder, settings.bytesMax(), settings.drop(), topic, CLOSE_PATIENCE);
        } catch (IOException e) {
            topic.close();
            throw e;
        }
    }

    @Override
    public synchronized void accept(byte[] body, int count, byte[] key) throws IOException {
        check();
        queue.add(key, body, 0, count);
        if (idle) {
            idle = false;
            notifyAll();
        }
    }

    private void check() throws IOException {
        if (failure != null) {
            throw new IOException(failure.getMessage());
        }
    }

    private void run() {
        try {
            for (SpoolChunk c = next(); c != null; c = next()) {
                SpoolChunk chunk = c;
                SpoolTarget.Answer answer = error -> answered(chunk, error);
                chunk.forEach((key, from, at, count) -> target.send(key, from, at, count, answer));
            }
        } catch (InterruptedException stopped) {
            return;
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    private synchronized void fail(Exception e) {
        if (failure == null && !closed) {
            failure = new IOException(e.getMessage());
        }
        notifyAll();
    }

    private synchronized SpoolChunk next() throws InterruptedException {
        while (true) {
            SpoolChunk chunk = flightBytes < FLIGHT_BYTES_MAX ? queue.poll() : null;
            if (chunk != null) {
                chunk.sending();
                flight.add(chunk);
                flightBytes += chunk.length();
                return chunk;
            }
            idle = flightBytes < FLIGHT_BYTES_MAX;
            wait();
        }
    }

    /** The sender may be waiting for the topic for ever; this one looks whether it is silent. */
    private synchronized void watch() {
        try {
            long before = -1;
            while (!closed) {
                if (before == retired && !flight.isEmpty()) {
                    queue.secure(flight);
                }
                before = retired;
                pause();
            }
        } catch (InterruptedException stopped) {
            closed = true;
        }
    }

    private void pause() throws InterruptedException {
        long untilNs = System.nanoTime() + SILENCE_MS * 1_000_000;
        for (long leftNs = untilNs - System.nanoTime(); leftNs > 0 && !closed; ) {
            wait(leftNs / 1_000_000 + 1);
            leftNs = untilNs - System.nanoTime();
        }
    }

    private void answered(SpoolChunk chunk, Exception error) {
        if (error != null) {
            fail(error);
        }
        if (chunk.answered(error == null)) {
            retire();
        }
    }

    private synchronized void retire() {
        while (!flight.isEmpty() && flight.peek().delivered()) {
            SpoolChunk done = flight.poll();
            flightBytes -= done.length();
            queue.sent(done);
            retired++;
        }
        notifyAll();
    }

    /** What was accepted is kept until the end; there is nothing to wait for. */
    @Override
    public synchronized void flush() throws IOException {
        check();
    }

    @Override
    public synchronized long lost() {
        return queue.lost();
    }

    /**
     * @return bytes that wait on disk
     */
    public synchronized long storedBytes() {
        return queue.storedBytes();
    }

    /**
     * @return files that an earlier process left and that could not be read
     */
    public synchronized long damaged() {
        return queue.damaged();
    }

    private synchronized boolean delivered() {
        return flight.isEmpty() && queue.isEmpty();
    }

    /** As long as the topic takes events, this waits for it. */
    private synchronized void awaitDelivery() throws InterruptedException {
        long lastNs = System.nanoTime();
        long left = Long.MAX_VALUE;
        while (failure == null && !delivered() && System.nanoTime() - lastNs < patience.toNanos()) {
            wait(100);
            long now = queue.waitingEvents() + flight.size();
            if (now < left) {
                left = now;
                lastNs = System.nanoTime();
            }
        }
    }

    /**
     * Delivers what waits; keeps in the folder what cannot be delivered.
     *
     * @throws IOException if something is not in the topic; the message says where it is
     */
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        try {
            awaitDelivery();
            stop();
            sender.join(STOP_PATIENCE_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // Once the target is closed no answer comes any more.
        try (store) {
            try {
                target.close();
            } catch (IOException undelivered) {
                fail(undelivered);
            }
            keepTheRest();
        }
    }

    private synchronized void stop() {
        closed = true;
        notifyAll();
        sender.interrupt();
    }

    private synchronized void keepTheRest() throws IOException {
        List<SpoolChunk> unsure = new ArrayList<>();
        for (SpoolChunk c : flight) {
            if (c.delivered()) {
                queue.sent(c);
            } else {
                unsure.add(c);
            }
        }
        flight.clear();
        long kept = queue.keepAll(unsure);
        if (kept > 0) {
            throw new IOException(
                    kept
                            + " events wait in "
                            + store.name()
                            + (failure == null ? "" : " (" + failure.getMessage() + ")")
                            + "; the next agent with the same --spool sends them");
        }
    }
}
