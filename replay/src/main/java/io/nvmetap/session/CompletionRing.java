package io.nvmetap.session;

import io.nvmetap.nvme.Cqe;
import java.util.Arrays;
import java.util.Optional;

/**
 * A guest's completion queue, watched while the driver stores into it: an entry is there when its
 * phase tag is, and from then until it is acknowledged not a byte of it may change (NVMe Base 2.0c
 * 3.3.3.2.1, Phase Tag).
 */
final class CompletionRing {
    private static final int IDENTITY = Cqe.KNOWN_SQID | Cqe.KNOWN_CID;

    final int cqid;
    final int sizeEntries;
    final long address;
    final int vector;
    final boolean interruptsEnabled;
    private final long[] lastStore;
    private final boolean[] stored;
    private final byte[][] seen;
    private final short[] covered;
    private final boolean[] partial;
    private long visible;
    private long acknowledged;
    private long taken;

    CompletionRing(CompletionShape shape) {
        this.cqid = shape.cqid();
        this.sizeEntries = shape.sizeEntries();
        this.address = shape.address();
        this.vector = shape.vector();
        this.interruptsEnabled = shape.interruptsEnabled();
        this.lastStore = new long[sizeEntries];
        this.stored = new boolean[sizeEntries];
        this.seen = new byte[sizeEntries][];
        this.covered = new short[sizeEntries];
        this.partial = new boolean[sizeEntries];
        Arrays.fill(lastStore, -1);
    }

    /** What a completion queue is created with. */
    record CompletionShape(
            int cqid, int sizeEntries, long address, int vector, boolean interruptsEnabled) {}

    /**
     * One store, after it is done.
     *
     * @param whole it becomes visible as one, however long it is
     */
    record Store(long from, int bytes, boolean whole, long order, long lastFence) {}

    /** What is wrong with a store into a slot. */
    record Flaw(int slot, String sentence) {}

    /** Entries that arrived and are not acknowledged. */
    int unacknowledged() {
        return (int) (visible - acknowledged);
    }

    /** Entries that arrived since the queue was created. */
    long arrived() {
        return visible;
    }

    long acknowledgedEntries() {
        return acknowledged;
    }

    /** Entries the guest has looked at. */
    long taken() {
        return taken;
    }

    void take() {
        taken++;
    }

    boolean full() {
        return unacknowledged() >= sizeEntries - 1;
    }

    /** Acknowledges and returns the doorbell value. */
    int acknowledge(int entries) {
        acknowledged += entries;
        for (long n = acknowledged - entries; n < acknowledged; n++) {
            seen[slot(n)] = null;
        }
        return slot(acknowledged);
    }

    long slotAddress(int slot) {
        return address + (long) slot * Cqe.SIZE;
    }

    int slot(long entry) {
        return (int) (entry % sizeEntries);
    }

    private int phase(long entry) {
        return (int) (entry / sizeEntries & 1) ^ 1;
    }

    /** Something was stored in the next slot though its phase tag never came. */
    boolean storedWithoutPhase() {
        return stored[slot(visible)];
    }

    /**
     * Takes note of a store.
     *
     * @param read reads a slot
     * @return what is wrong with it
     */
    Optional<Flaw> stored(Store store, SlotReader read) {
        int first = (int) ((store.from - address) / Cqe.SIZE);
        int last = (int) ((store.from + store.bytes - 1 - address) / Cqe.SIZE);
        for (int slot = first; slot <= last; slot++) {
            stored[slot] = true;
            covered[slot] |= coverage(store, slot);
            if (seen[slot] != null) {
                byte[] now = read.read(address + (long) slot * Cqe.SIZE);
                if (!Arrays.equals(now, seen[slot])) {
                    return Optional.of(new Flaw(slot, changed(slot, now)));
                }
            }
        }
        Optional<Flaw> wrong = publish(store, first, last, read);
        for (int slot = first; slot <= last; slot++) {
            lastStore[slot] = seen[slot] == null ? store.order : -1;
        }
        return wrong;
    }

    /**
     * Looks as a guest does, who sees no stores: for entries that became visible, and whether those
     * that are still unacknowledged stayed as they were.
     *
     * @param fence between the look at the phase tag and at the rest
     * @return what is wrong
     */
    Optional<Flaw> look(SlotReader read, Runnable fence) {
        for (long n = acknowledged; n < visible; n++) {
            byte[] now = read.read(slotAddress(slot(n)));
            if (!Arrays.equals(now, seen[slot(n)])) {
                return Optional.of(new Flaw(slot(n), changed(slot(n), now)));
            }
        }
        while (visible - acknowledged < sizeEntries) {
            int slot = slot(visible);
            if (Cqe.phase(read.read(slotAddress(slot)), 0) != phase(visible)) {
                break;
            }
            fence.run();
            seen[slot] = read.read(slotAddress(slot));
            visible++;
        }
        return Optional.empty();
    }

    private String changed(int slot, byte[] now) {
        boolean samePhase = Cqe.phase(now, 0) == Cqe.phase(seen[slot], 0);
        return samePhase
                ? "torn completion: bytes of CQ "
                        + cqid
                        + " slot "
                        + slot
                        + " changed after its phase tag was visible"
                : "CQ "
                        + cqid
                        + " slot "
                        + slot
                        + " was overwritten before the guest acknowledged it";
    }

    private Optional<Flaw> publish(Store store, int first, int last, SlotReader read) {
        Optional<Flaw> wrong = Optional.empty();
        while (visible - acknowledged < sizeEntries) {
            int slot = slot(visible);
            byte[] now = read.read(address + (long) slot * Cqe.SIZE);
            if (Cqe.phase(now, 0) != phase(visible) || !stored[slot]) {
                break;
            }
            boolean mine = slot >= first && slot <= last;
            if (mine && store.bytes > Long.BYTES && !store.whole) {
                wrong = Optional.of(torn(slot, "the phase tag came with one wide store"));
            } else if (lastStore[slot] >= 0 && lastStore[slot] > store.lastFence) {
                wrong = Optional.of(torn(slot, "no store fence before the phase tag"));
            }
            seen[slot] = now;
            stored[slot] = false;
            partial[slot] = (covered[slot] & IDENTITY) != IDENTITY;
            covered[slot] = 0;
            lastStore[slot] = -1;
            visible++;
        }
        return wrong;
    }

    private Flaw torn(int slot, String why) {
        return new Flaw(slot, "torn completion in CQ " + cqid + " slot " + slot + ": " + why);
    }

    /** The entry as it was when it became visible. */
    byte[] entry(long n) {
        byte[] entry = seen[slot(n)];
        return entry == null ? new byte[Cqe.SIZE] : entry.clone();
    }

    private short coverage(Store store, int slot) {
        long base = slotAddress(slot);
        int from = (int) Math.max(0, store.from - base);
        int to = (int) Math.min(Cqe.SIZE, store.from + store.bytes - base);
        return (short) Cqe.mask(from, to - from);
    }

    /** The entry became visible though SQID or CID had not been stored since its last lap. */
    boolean partial(long n) {
        return partial[slot(n)];
    }

    /** Reads the 16 bytes of a slot. */
    @FunctionalInterface
    interface SlotReader {
        byte[] read(long address);
    }
}
