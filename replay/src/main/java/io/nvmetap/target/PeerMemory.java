package io.nvmetap.target;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.MemoryFault;
import io.nvmetap.device.SharedMemory;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Guest memory in the hands of another process, which asks for each access by message. Its stores
 * come in on a thread of their own and wait here until the replay takes them, one by one and in
 * their order, so that the replay sees them as it sees those of a driver in this process. No file
 * is given away: a store that does not pass here cannot be made.
 */
final class PeerMemory implements SharedMemory {
    /** Stores that wait; more make the driver wait. */
    static final int WAITING_MAX = 65_536;

    /** Bytes of theirs. */
    static final long WAITING_BYTES_MAX = 64L << 20;

    /** How long a driver may wait until the replay has taken a store. */
    private static final long PATIENCE_MS = 2_000;

    private final GuestMemory memory;
    private final long base;
    private final long bytes;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition taken = lock.newCondition();
    private final ArrayDeque<Store> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private String wrong = "";

    private record Store(long address, byte[] content) {
        void overlay(long from, byte[] target, int at, int count) {
            long first = Math.max(from, address);
            long end = Math.min(from + count, address + content.length);
            if (first < end) {
                System.arraycopy(
                        content,
                        (int) (first - address),
                        target,
                        at + (int) (first - from),
                        (int) (end - first));
            }
        }
    }

    /**
     * @param base first address of the range that exists
     */
    PeerMemory(GuestMemory memory, long base, long bytes) {
        this.memory = memory;
        this.base = base;
        this.bytes = bytes;
    }

    @Override
    public void watch(Watcher watcher) {
        watcher.added(new Range(base, bytes, null, 0, true));
    }

    /** What the driver did that no driver may do, "" nothing. */
    String wrong() {
        lock.lock();
        try {
            return wrong;
        } finally {
            lock.unlock();
        }
    }

    private void wrong(String sentence) {
        lock.lock();
        try {
            wrong = wrong.isEmpty() ? sentence : wrong;
        } finally {
            lock.unlock();
        }
    }

    /** Takes the stores that wait. */
    void settle() {
        lock.lock();
        try {
            for (Store store = waiting.poll(); store != null; store = waiting.poll()) {
                memory.write(store.address, store.content, 0, store.content.length);
                // One message is answered before the next is sent: nothing overtakes.
                memory.storeFence();
            }
            waitingBytes = 0;
            taken.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean contains(long address, long count) {
        return count >= 0 && address >= base && count <= bytes && address - base <= bytes - count;
    }

    private void require(long address, long count) {
        if (!contains(address, count)) {
            throw new MemoryFault(address, count);
        }
    }

    @Override
    public void read(long address, byte[] target, int at, int count) {
        require(address, count);
        lock.lock();
        try {
            memory.read(address, target, at, count);
            // What waits here is there for whoever stored it.
            for (Store store : waiting) {
                store.overlay(address, target, at, count);
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        if (!contains(address, count)) {
            wrong(
                    String.format(
                            "%d bytes were written at 0x%x, memory the guest did not give",
                            count, address));
        }
        require(address, count);
        byte[] content = new byte[count];
        System.arraycopy(source, from, content, 0, count);
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MS);
            while (full(count) && left > 0) {
                left = taken.awaitNanos(left);
            }
            if (full(count)) {
                wrong("the driver floods guest memory: its stores come faster than they are taken");
                throw new MemoryFault(address, count);
            }
            waiting.add(new Store(address, content));
            waitingBytes += count;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    private boolean full(int count) {
        return waiting.size() >= WAITING_MAX
                || !waiting.isEmpty() && waitingBytes + count > WAITING_BYTES_MAX;
    }

    @Override
    public int readInt(long address) {
        return (int) number(address, Integer.BYTES);
    }

    @Override
    public void writeInt(long address, int value) {
        put(address, value, Integer.BYTES);
    }

    @Override
    public long readLong(long address) {
        return number(address, Long.BYTES);
    }

    @Override
    public void writeLong(long address, long value) {
        put(address, value, Long.BYTES);
    }

    private long number(long address, int count) {
        byte[] b = new byte[count];
        read(address, b, 0, count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | b[i] & 0xFF;
        }
        return value;
    }

    private void put(long address, long value, int count) {
        byte[] b = new byte[count];
        for (int i = 0; i < count; i++) {
            b[i] = (byte) (value >>> 8 * i);
        }
        write(address, b, 0, count);
    }

    @Override
    public void storeFence() {
        // Stores are taken in order.
    }

    @Override
    public void loadFence() {
        // A message is one access.
    }
}
