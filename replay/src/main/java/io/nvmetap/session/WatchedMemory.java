package io.nvmetap.session;

import io.nvmetap.device.GuestMemory;
import io.nvmetap.device.PagedMemory;
import io.nvmetap.nvme.Cqe;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Guest memory as a driver sees it: completion queues are watched store by store, and a store into
 * anything the guest did not give is noticed.
 */
final class WatchedMemory implements GuestMemory {
    private final GuestMemory memory;
    private final AccessBudget budget;
    private final Consumer<String> wrong;
    private final TreeMap<Long, CompletionRing> rings = new TreeMap<>();
    private final Map<Long, Integer> given = new HashMap<>();
    private Listener listener = Listener.NONE;
    private boolean anywhere;
    private boolean whole;
    private long stores;
    private long lastFence = -1;

    WatchedMemory(GuestMemory memory, AccessBudget budget, Consumer<String> wrong) {
        this.memory = memory;
        this.budget = budget;
        this.wrong = wrong;
    }

    /** Who is told of completions. */
    interface Listener {
        Listener NONE =
                new Listener() {
                    @Override
                    public void arrived(CompletionRing ring) {
                        // Nobody there.
                    }

                    @Override
                    public void flawed(CompletionRing ring, CompletionRing.Flaw flaw) {
                        // Nobody there.
                    }
                };

        /** Entries became visible. */
        void arrived(CompletionRing ring);

        /** The driver stored in a wrong way. */
        void flawed(CompletionRing ring, CompletionRing.Flaw flaw);
    }

    void listen(Listener newListener) {
        listener = newListener;
    }

    void watch(CompletionRing ring) {
        rings.put(ring.address, ring);
    }

    void unwatch(CompletionRing ring) {
        rings.remove(ring.address);
    }

    /** Each write is one store, however long: the message of another process. */
    void storesAreWhole() {
        whole = true;
    }

    /** Looks at the completion queues, for memory into which others store unseen. */
    void look() {
        for (CompletionRing ring : List.copyOf(rings.values())) {
            long before = ring.arrived();
            ring.look(this::slot, memory::loadFence).ifPresent(flaw -> listener.flawed(ring, flaw));
            if (ring.arrived() != before) {
                listener.arrived(ring);
            }
        }
    }

    private byte[] slot(long address) {
        byte[] slot = new byte[Cqe.SIZE];
        memory.read(address, slot, 0, Cqe.SIZE);
        return slot;
    }

    /** The driver and its controller may store here until {@link #revoke}. */
    void give(long page) {
        given.merge(page / PagedMemory.PAGE_SIZE, 1, Integer::sum);
    }

    void revoke(long page) {
        given.computeIfPresent(page / PagedMemory.PAGE_SIZE, (p, n) -> n == 1 ? null : n - 1);
    }

    @Override
    public boolean contains(long address, long count) {
        budget.spend();
        return memory.contains(address, count);
    }

    @Override
    public void read(long address, byte[] target, int at, int count) {
        budget.spend();
        memory.read(address, target, at, count);
    }

    @Override
    public void write(long address, byte[] source, int from, int count) {
        budget.spend();
        memory.write(address, source, from, count);
        stored(address, count);
    }

    @Override
    public int readInt(long address) {
        budget.spend();
        return memory.readInt(address);
    }

    @Override
    public void writeInt(long address, int value) {
        budget.spend();
        memory.writeInt(address, value);
        stored(address, Integer.BYTES);
    }

    @Override
    public long readLong(long address) {
        budget.spend();
        return memory.readLong(address);
    }

    @Override
    public void writeLong(long address, long value) {
        budget.spend();
        memory.writeLong(address, value);
        stored(address, Long.BYTES);
    }

    @Override
    public void storeFence() {
        lastFence = stores;
        memory.storeFence();
    }

    @Override
    public void loadFence() {
        memory.loadFence();
    }

    /**
     * Between the end of one life of the controller and the next nobody looks: what is under way
     * may still land.
     */
    void anywhere(boolean yes) {
        anywhere = yes;
        given.clear();
    }

    private void stored(long address, int count) {
        if (count <= 0) {
            return;
        }
        stores++;
        Map.Entry<Long, CompletionRing> entry = rings.floorEntry(address);
        CompletionRing ring = entry == null ? null : entry.getValue();
        long end = ring == null ? 0 : ring.address + (long) ring.sizeEntries * Cqe.SIZE;
        if (ring == null || address + count > end) {
            checkGiven(address, count);
            return;
        }
        long before = ring.arrived();
        ring.stored(new CompletionRing.Store(address, count, whole, stores, lastFence), this::slot)
                .ifPresent(flaw -> listener.flawed(ring, flaw));
        if (ring.arrived() != before) {
            listener.arrived(ring);
        }
    }

    private void checkGiven(long address, int count) {
        if (anywhere) {
            return;
        }
        long last = (address + count - 1) / PagedMemory.PAGE_SIZE;
        for (long page = address / PagedMemory.PAGE_SIZE; page <= last; page++) {
            if (!given.containsKey(page)) {
                wrong.accept(
                        String.format(
                                "%d bytes were written at 0x%x, memory the guest did not give",
                                count, address));
                return;
            }
        }
    }
}
