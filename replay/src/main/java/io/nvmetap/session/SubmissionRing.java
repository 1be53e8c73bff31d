package io.nvmetap.session;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A guest's submission queue and the commands in it. */
final class SubmissionRing {
    final int sqid;
    final int cqid;
    final int sizeEntries;
    final int entryBytes;
    final long address;
    private final Map<Integer, ArrayDeque<Submitted>> inFlight = new HashMap<>();
    private final Map<Integer, Submitted> finished = new HashMap<>();
    private long submitted;
    private long consumed;

    SubmissionRing(int sqid, int cqid, int sizeEntries, int entryBytes, long address) {
        this.sqid = sqid;
        this.cqid = cqid;
        this.sizeEntries = sizeEntries;
        this.entryBytes = entryBytes;
        this.address = address;
    }

    /** Entries submitted since the queue was created. */
    long submittedEntries() {
        return submitted;
    }

    /** Entries the controller said it had consumed. */
    long consumedEntries() {
        return consumed;
    }

    /** As far as the guest knows, so many entries more fit. */
    boolean fits(int entries) {
        return submitted + entries - consumed < sizeEntries;
    }

    void consumed(long entries) {
        consumed = Math.max(consumed, entries);
    }

    /** Address of the next slot. */
    long nextSlot() {
        return address + submitted % sizeEntries * entryBytes;
    }

    void add(Submitted command) {
        submitted++;
        finished.remove(command.cid);
        inFlight.computeIfAbsent(command.cid, c -> new ArrayDeque<>(1)).add(command);
    }

    int tail() {
        return (int) (submitted % sizeEntries);
    }

    /** Takes the oldest command in flight with this CID. */
    Optional<Submitted> take(int cid) {
        ArrayDeque<Submitted> same = inFlight.get(cid);
        if (same == null) {
            return Optional.empty();
        }
        Submitted command = same.remove();
        if (same.isEmpty()) {
            inFlight.remove(cid);
        }
        finished.put(cid, command);
        return Optional.of(command);
    }

    /** The oldest command in flight with this CID. */
    Optional<Submitted> inFlight(int cid) {
        return Optional.ofNullable(inFlight.get(cid)).map(ArrayDeque::peek);
    }

    /** An I/O command in flight that means the same and was completed by the controller. */
    Optional<Submitted> postedTwin(Submitted command) {
        return inFlight.values().stream()
                .flatMap(ArrayDeque::stream)
                .filter(c -> c.atController.postedOrder >= 0 && Recognition.twins(command, c))
                .min(Comparator.comparingLong(c -> c.atController.postedOrder));
    }

    boolean holds(int cid) {
        return inFlight.containsKey(cid);
    }

    /** The last command with this CID that was completed already. */
    Optional<Submitted> finished(int cid) {
        return Optional.ofNullable(finished.get(cid));
    }
}
