package io.nvmetap.device.model;

import io.nvmetap.device.MemoryFault;
import io.nvmetap.nvme.Sqe;
import io.nvmetap.nvme.StatusCode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The queues of one controller: what doorbells do to them, the fetch of commands and their end. A
 * command is fetched a little after its doorbell; queues take turns.
 */
final class QueueTable {
    /** Commands in flight in all; beyond that the controller stops fetching for a while. */
    static final int IN_FLIGHT_MAX = 4096;

    /** Commands fetched from one queue before the next has its turn. */
    static final int BURST = 32;

    /** From a doorbell to the fetch. */
    static final long FETCH_NS = 250;

    /**
     * Completions that may wait for room in one queue; beyond that its commands are not fetched.
     */
    static final int WAITING_MAX = 1024;

    /** What becomes of commands. */
    interface Unit {
        /** A command was fetched. */
        void begin(Command command);

        /** A command ended, whichever way. */
        void ended(Command command);
    }

    final TreeMap<Integer, SubmissionQueue> sqs = new TreeMap<>();
    final TreeMap<Integer, CompletionQueue> cqs = new TreeMap<>();
    final ShadowDoorbells shadow;
    final HeldTags heldTags = new HeldTags();

    private final ModelState state;
    private final CompletionPoster poster;
    private final Interrupts interrupts;
    private Unit unit;
    private int inFlight;
    private boolean hungry;

    /** Where queues stood that were deleted since the last reset. */
    private final Map<Integer, Integer> lastHeads = new HashMap<>();

    QueueTable(ModelState state) {
        this.state = state;
        this.shadow = new ShadowDoorbells(state);
        this.interrupts = new Interrupts(state, cqs.values());
        this.poster = new CompletionPoster(state, this, interrupts);
    }

    void unit(Unit newUnit) {
        unit = newUnit;
    }

    Interrupts interrupts() {
        return interrupts;
    }

    int inFlight() {
        return inFlight;
    }

    /** All queues are gone, and all that waited. */
    void clear() {
        sqs.clear();
        cqs.clear();
        lastHeads.clear();
        shadow.off();
        heldTags.clear();
        inFlight = 0;
        hungry = false;
    }

    /**
     * A tail doorbell.
     *
     * @return false if the value is none that a driver may write now
     */
    boolean tail(SubmissionQueue sq, int value) {
        if (shadow.covers(sq.id) && value < sq.size) {
            // The write is posted; what memory says is as new or newer.
            shadow.pollTail(sq);
            wake(sq);
            return true;
        }
        int added = Math.floorMod(value - sq.tail, sq.size);
        if (value >= sq.size || added > sq.room()) {
            return false;
        }
        sq.tail = value;
        wake(sq);
        return true;
    }

    /**
     * A head doorbell.
     *
     * @return false if the value is none that a driver may write now
     */
    boolean head(CompletionQueue cq, int value) {
        if (shadow.covers(cq.id) && value < cq.size) {
            shadow.pollHead(cq);
        } else {
            int taken = Math.floorMod(value - cq.head, cq.size);
            if (value >= cq.size || taken > cq.unacked() || taken == 0) {
                return false;
            }
            cq.head = value;
            heldTags.acknowledged(cq.id, taken, state.nowNs());
        }
        poster.acknowledged(cq);
        feed();
        return true;
    }

    /** A command ends, once. */
    void complete(Command command, int status) {
        if (forget(command)) {
            SubmissionQueue sq = command.sq;
            poster.post(sq.cq, command.dw0, sq, command.cid(), status);
        }
    }

    /**
     * A command will never end.
     *
     * @return false if it did already
     */
    boolean forget(Command command) {
        if (command.done) {
            return false;
        }
        command.done = true;
        command.sq.inFlight.remove(command.cid(), command);
        inFlight--;
        unit.ended(command);
        feed();
        return true;
    }

    /** Goes on with queues that had to wait. */
    private void feed() {
        if (hungry) {
            hungry = false;
            sqs.values().forEach(this::wake);
        }
    }

    /** A submission queue comes to be. */
    void create(SubmissionQueue sq) {
        Integer last = lastHeads.get(sq.id);
        if (last != null && state.faults.has(ControllerFault.QID_REUSE_STALE_STATE)) {
            sq.head = last % sq.size;
            sq.tail = sq.head;
            state.observer.struck(
                    state.nowNs(), ControllerFault.QID_REUSE_STALE_STATE.id(), sq.id, -1);
        }
        sqs.put(sq.id, sq);
    }

    /** Ends what is in flight on a queue and takes it away. */
    void delete(SubmissionQueue sq) {
        sqs.remove(sq.id);
        lastHeads.put(sq.id, sq.head);
        if (state.has(Quirk.LATE_AFTER_DELETE)) {
            return;
        }
        for (Command command : new ArrayList<>(sq.inFlight.values())) {
            complete(command, StatusCode.ABORTED_SQ_DELETION);
        }
    }

    /** Takes a completion queue away that no submission queue uses. */
    void delete(CompletionQueue cq) {
        cqs.remove(cq.id);
        heldTags.gone(cq.id);
        interrupts.queueGone();
    }

    /** Stops both queues for good: until a reset nothing is fetched or posted. */
    void stall(SubmissionQueue sq) {
        sq.stalled = true;
        sq.cq.stalled = true;
    }

    private void wake(SubmissionQueue sq) {
        if (!sq.fetchScheduled) {
            sq.fetchScheduled = true;
            state.later(FETCH_NS, () -> fetch(sq));
        }
    }

    private void fetch(SubmissionQueue sq) {
        sq.fetchScheduled = false;
        shadow.pollTail(sq);
        for (int count = 0; count < BURST && !sq.empty(); count++) {
            if (!state.working() || sq.stalled || sqs.get(sq.id) != sq) {
                return;
            }
            if (inFlight >= IN_FLIGHT_MAX || sq.cq.waiting.size() >= WAITING_MAX) {
                hungry = true;
                return;
            }
            fetchOne(sq);
        }
        if (shadow.active()) {
            shadow.pollTail(sq);
        }
        if (!sq.empty()) {
            wake(sq);
        }
    }

    private void fetchOne(SubmissionQueue sq) {
        int slot = sq.head;
        byte[] sqe = new byte[Sqe.SIZE];
        try {
            state.memory.read(sq.base + (long) slot * sq.entryBytes, sqe, 0, Sqe.SIZE);
        } catch (MemoryFault fault) {
            state.die("submission queue unreachable", sq.id, -1);
            return;
        }
        sq.head = (slot + 1) % sq.size;
        Command command = new Command(sq, sqe, state.nowNs());
        inFlight++;
        state.observer.commandFetched(state.nowNs(), sq.id, slot, command.cid(), command.opcode());
        if (state.has(Quirk.SHARED_TAGS) && tagMisused(command)) {
            state.die("ans2-cid-rules", sq.id, command.cid());
            return;
        }
        if (sq.inFlight.putIfAbsent(command.cid(), command) != null) {
            complete(command, StatusCode.COMMAND_ID_CONFLICT | StatusCode.DNR);
            return;
        }
        unit.begin(command);
    }

    private boolean tagMisused(Command command) {
        boolean used = command.cid() > state.knobs.tagMax();
        for (SubmissionQueue other : sqs.values()) {
            used |= other.inFlight.containsKey(command.cid());
        }
        used |= state.has(Quirk.TAGS_HELD) && heldTags.holds(command.cid(), state.nowNs());
        return used;
    }
}
