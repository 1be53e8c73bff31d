package io.nvmetap.session;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.target.MemoryWindow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The replay's guest memory: queues and data pages laid out anew. A recorded page is the same page
 * here each time, so that reuse of a buffer stays reuse.
 */
final class GuestArena {
    /** Recorded pages that keep their identity; beyond it pages are shared in turn. */
    static final int FRAMES_MAX = 1 << 20;

    private final GuestMemory memory;
    private final int pageBytes;
    private final MemoryWindow window;
    private final int framesMax;
    private final Map<Long, Long> frames = new HashMap<>();
    private final List<Long> inTurn = new ArrayList<>();
    private final Map<Long, ArrayDeque<Long>> free = new HashMap<>();
    private long next;
    private int turn;
    private long lastFrame;
    private long lastKey;

    GuestArena(int pageBytes, MemoryWindow window) {
        this(pageBytes, window, paged(window));
    }

    /**
     * @param memory all of the window, zero
     */
    GuestArena(int pageBytes, MemoryWindow window, GuestMemory memory) {
        this.pageBytes = pageBytes;
        this.window = window;
        this.memory = memory;
        this.next = window.base();
        // Half of a small memory is left for queues, lists and what has no page recorded.
        this.framesMax = (int) Math.min(FRAMES_MAX, window.bytes() / 2 / pageBytes);
    }

    private static GuestMemory paged(MemoryWindow window) {
        PagedMemory memory = new PagedMemory();
        memory.addRange(window.base(), window.bytes());
        return memory;
    }

    GuestMemory memory() {
        return memory;
    }

    int pageBytes() {
        return pageBytes;
    }

    /** Whole pages, zeroed. */
    long allocate(long bytes) {
        long size = (Math.max(bytes, 1) + pageBytes - 1) / pageBytes * pageBytes;
        ArrayDeque<Long> pool = free.get(size);
        long address;
        if (pool != null && !pool.isEmpty()) {
            address = pool.remove();
            clear(address, size);
        } else {
            if (next + size > window.base() + window.bytes()) {
                throw new IllegalStateException("the replay ran out of guest memory");
            }
            address = next;
            next += size;
        }
        return address;
    }

    void release(long address, long bytes) {
        long size = (Math.max(bytes, 1) + pageBytes - 1) / pageBytes * pageBytes;
        free.computeIfAbsent(size, s -> new ArrayDeque<>()).add(address);
    }

    private void clear(long address, long bytes) {
        byte[] zero = new byte[4096];
        for (long at = 0; at < bytes; at += zero.length) {
            memory.write(address + at, zero, 0, zero.length);
        }
    }

    /** The page that stands for a recorded one. */
    long frame(long recordedAddress) {
        long key = recordedAddress / pageBytes;
        Long known = frames.get(key);
        if (known != null) {
            return known;
        }
        if (frames.size() >= framesMax) {
            turn = (turn + 1) % inTurn.size();
            return inTurn.get(turn);
        }
        if (next == lastFrame + pageBytes && key != lastKey + 1 && roomToSpare()) {
            // What did not lie together does not: a driver may take neighbours for one buffer.
            next += pageBytes;
        }
        long fresh = allocate(pageBytes);
        inTurn.add(fresh);
        frames.put(key, fresh);
        lastFrame = fresh;
        lastKey = key;
        return fresh;
    }

    private boolean roomToSpare() {
        return next - window.base() < window.bytes() / 4;
    }
}
