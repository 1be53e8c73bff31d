package io.nvmetap.capture;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Chunks that wait for the topic, oldest first: some in memory, the others in the store, all within
 * bounds. What does not fit is given up and told. Not thread safe.
 */
final class SpoolQueue {
    /** Events that wait in memory before files are written, bytes. */
    static final long MEMORY_BYTES_MAX = 8L << 20;

    private static final int SPARE_CHUNKS_MAX = 64;

    private final SpoolStore store;
    private final long bytesMax;
    private final SpoolSettings.Drop drop;
    private final Deque<SpoolChunk> waiting = new ArrayDeque<>();
    private final Deque<SpoolChunk> spare = new ArrayDeque<>();
    private final LossRuns past = new LossRuns();
    private final LossRuns present = new LossRuns();
    private SpoolChunk current = new SpoolChunk();
    private long memoryBytes;
    private long storedBytes;
    private long nextNumber;
    private long damaged;
    private long unreadable;
    private boolean full;

    /**
     * @throws IOException if what an earlier process left cannot be listed
     */
    SpoolQueue(SpoolStore store, long bytesMax, SpoolSettings.Drop drop) throws IOException {
        this.store = store;
        this.bytesMax = bytesMax;
        this.drop = drop;
        for (long number : store.numbers()) {
            SpoolChunk left = new SpoolChunk();
            left.number = number;
            if (readable(left)) {
                storedBytes += left.fileBytes();
                waiting.add(left.handle());
            }
            nextNumber = number + 1;
        }
    }

    /** Takes one event, or gives up one. */
    void add(byte[] key, byte[] body, int from, int count) throws IOException {
        if (full) {
            full = storedBytes + 2L * SpoolChunk.BYTES > bytesMax;
        }
        if (full && drop == SpoolSettings.Drop.NEWEST) {
            present.add(key, body, from, count);
            return;
        }
        if (!present.isEmpty()) {
            present.tell(current);
        }
        current.append(key, body, from, count);
        if (current.length() >= SpoolChunk.BYTES) {
            seal();
        }
    }

    private void seal() throws IOException {
        SpoolChunk sealed = current;
        sealed.number = nextNumber++;
        current = spare.isEmpty() ? new SpoolChunk() : spare.pop();
        if (memoryBytes + sealed.length() <= MEMORY_BYTES_MAX) {
            memoryBytes += sealed.length();
            waiting.add(sealed);
            return;
        }
        full = storedBytes + sealed.fileBytes() > bytesMax;
        if (full && drop == SpoolSettings.Drop.OLDEST) {
            makeRoom(sealed.fileBytes());
            full = false;
        }
        if (full || !keep(sealed)) {
            full = true;
            sealed.forEach(present::add);
        } else {
            waiting.add(sealed.handle());
        }
        recycle(sealed);
    }

    /** A store that refuses is full, whatever its bound is; the oldest make room once. */
    private boolean keep(SpoolChunk chunk) throws IOException {
        if (stored(chunk)) {
            return true;
        }
        return drop == SpoolSettings.Drop.OLDEST && makeRoom(chunk.fileBytes()) && stored(chunk);
    }

    private boolean stored(SpoolChunk chunk) {
        try {
            store.write(chunk.number, chunk);
        } catch (IOException noRoom) {
            return false;
        }
        storedBytes += chunk.fileBytes();
        return true;
    }

    /** Gives up the oldest files until so many bytes are free. */
    private boolean makeRoom(int bytes) throws IOException {
        long freed = 0;
        while (!waiting.isEmpty() && (freed < bytes || storedBytes + bytes > bytesMax)) {
            SpoolChunk oldest = waiting.poll();
            if (!load(oldest)) {
                freed += oldest.fileBytes();
                continue;
            }
            oldest.forEach(past::add);
            if (oldest.stored) {
                freed += oldest.fileBytes();
                storedBytes -= oldest.fileBytes();
                store.delete(oldest.number);
            } else {
                memoryBytes -= oldest.length();
            }
        }
        return freed >= bytes;
    }

    private boolean load(SpoolChunk chunk) {
        int events = chunk.events();
        if (chunk.loaded() || readable(chunk)) {
            return true;
        }
        unreadable += events;
        storedBytes -= chunk.fileBytes();
        return false;
    }

    private boolean readable(SpoolChunk chunk) {
        try {
            store.read(chunk.number, chunk);
            return true;
        } catch (SpoolChunk.NewerException stays) {
            damaged++;
            return false;
        } catch (IOException damagedFile) {
            damaged++;
            store.delete(chunk.number);
            return false;
        }
    }

    /**
     * @return the next chunk to send, null if there is none
     */
    SpoolChunk poll() {
        if (!past.isEmpty()) {
            return notice();
        }
        while (!waiting.isEmpty()) {
            SpoolChunk next = waiting.poll();
            if (load(next)) {
                memoryBytes -= next.stored ? 0 : next.length();
                return next;
            }
        }
        return current.events() == 0 && present.isEmpty() ? null : last();
    }

    /** Stands where the oldest were, and has the number of the last of them. */
    private SpoolChunk notice() {
        SpoolChunk notice = new SpoolChunk();
        notice.number = waiting.isEmpty() ? nextNumber++ : waiting.peek().number - 1;
        past.tell(notice);
        return notice;
    }

    private SpoolChunk last() {
        if (!present.isEmpty()) {
            present.tell(current);
        }
        SpoolChunk last = current;
        last.number = nextNumber++;
        current = spare.isEmpty() ? new SpoolChunk() : spare.pop();
        return last;
    }

    /**
     * Writes to the store, as far as it takes them, what is in memory only: the topic is silent,
     * and this process may be killed.
     *
     * @param flight sent and not acknowledged
     */
    void secure(Iterable<SpoolChunk> flight) {
        for (SpoolChunk c : flight) {
            c.stored = c.stored || fits(c) && stored(c);
        }
        if (current.events() > 0 && memoryBytes + current.length() <= MEMORY_BYTES_MAX) {
            SpoolChunk last = last();
            memoryBytes += last.length();
            waiting.add(last);
        }
        for (int i = waiting.size(); i > 0; i--) {
            SpoolChunk c = waiting.poll();
            if (!c.stored && fits(c) && stored(c)) {
                memoryBytes -= c.length();
                waiting.add(c.handle());
                recycle(c);
            } else {
                waiting.add(c);
            }
        }
    }

    private boolean fits(SpoolChunk chunk) {
        return storedBytes + chunk.fileBytes() <= bytesMax;
    }

    /** The chunk is where it belongs. */
    void sent(SpoolChunk chunk) {
        if (chunk.stored) {
            storedBytes -= chunk.fileBytes();
            store.delete(chunk.number);
        } else {
            recycle(chunk);
        }
    }

    private void recycle(SpoolChunk chunk) {
        if (spare.size() < SPARE_CHUNKS_MAX) {
            chunk.clear();
            spare.push(chunk);
        }
    }

    /**
     * Puts everything into the store, {@code unsure} first.
     *
     * @return events kept there
     * @throws IOException if some cannot be kept; tells how many
     */
    long keepAll(List<SpoolChunk> unsure) throws IOException {
        long kept = 0;
        long gone = 0;
        List<SpoolChunk> all = new ArrayList<>(unsure);
        if (!past.isEmpty()) {
            all.add(notice());
        }
        all.addAll(waiting);
        waiting.clear();
        if (current.events() > 0 || !present.isEmpty()) {
            all.add(last());
        }
        for (SpoolChunk c : all) {
            try {
                if (!c.stored) {
                    store.write(c.number, c);
                }
                kept += c.events();
            } catch (IOException noRoom) {
                gone += c.events();
            }
        }
        unreadable += gone;
        if (gone > 0) {
            throw new IOException(
                    gone
                            + " events could be neither delivered nor kept in "
                            + store.name()
                            + "; free some space there");
        }
        return kept;
    }

    /**
     * @return events given up, or not kept after all
     */
    long lost() {
        return past.lost() + present.lost() + unreadable;
    }

    /**
     * @return files that could not be read back
     */
    long damaged() {
        return damaged;
    }

    boolean isEmpty() {
        return waiting.isEmpty() && current.events() == 0 && past.isEmpty() && present.isEmpty();
    }

    /**
     * @return events that wait, those in {@link #poll()}ed chunks not counted
     */
    long waitingEvents() {
        long sum = current.events();
        for (SpoolChunk c : waiting) {
            sum += c.events();
        }
        return sum;
    }

    /**
     * @return bytes in the store
     */
    long storedBytes() {
        return storedBytes;
    }
}
