package io.nvmetap.importer;

import java.util.HashMap;
import java.util.Map;

/**
 * What a device log says of its controller: enabled or not, queues that exist (from the moment
 * their Create completed with status 0), commands in flight. Pure state; bounded by what a
 * controller can have.
 */
final class ControllerTrack {
    /**
     * Commands in flight at once; more is a log of nonsense and the oldest knowledge is dropped.
     */
    static final int IN_FLIGHT_MAX = 1 << 17;

    /** A command in flight. */
    static final class InFlight {
        final long commandId;
        final int sqid;
        final int cid;
        final int opcode;

        /** Queue created or deleted by this command, -1 none; for an SQ, the CQ it posts to. */
        int queue = -1;

        int queueCq = -1;

        InFlight(long commandId, int sqid, int cid, int opcode) {
            this.commandId = commandId;
            this.sqid = sqid;
            this.cid = cid;
            this.opcode = opcode;
        }
    }

    /** State is known: the log began at power on, or a reset or enable was seen. */
    boolean known;

    boolean enabled;
    private final Map<Integer, Integer> cqOfSq = new HashMap<>();
    private final Map<Integer, Boolean> completionQueues = new HashMap<>();
    private final Map<Long, InFlight> inFlight = new HashMap<>();

    /** Reset or disable: queues and commands are gone. */
    void forget(boolean nowKnown) {
        known = nowKnown;
        enabled = false;
        cqOfSq.clear();
        completionQueues.clear();
        inFlight.clear();
    }

    void enable() {
        forget(true);
        enabled = true;
        cqOfSq.put(0, 0);
        completionQueues.put(0, true);
    }

    boolean hasSq(int sqid) {
        return cqOfSq.containsKey(sqid);
    }

    boolean hasCq(int cqid) {
        return completionQueues.containsKey(cqid);
    }

    /**
     * @return the command that had this identity already, or null
     */
    InFlight begin(InFlight command) {
        if (inFlight.size() >= IN_FLIGHT_MAX) {
            inFlight.clear();
        }
        return inFlight.put(key(command.sqid, command.cid), command);
    }

    /**
     * Ends the command that completed on {@code cqid} with {@code cid}, if exactly one can be
     * meant.
     *
     * @return it, or null
     */
    InFlight end(int cqid, int cid, int status) {
        InFlight found = null;
        for (Map.Entry<Integer, Integer> sq : cqOfSq.entrySet()) {
            if (sq.getValue() == cqid) {
                InFlight candidate = inFlight.get(key(sq.getKey(), cid));
                if (candidate != null && found != null) {
                    return null;
                }
                found = candidate != null ? candidate : found;
            }
        }
        if (found != null) {
            inFlight.remove(key(found.sqid, cid));
            if (found.sqid == 0 && (status & 0x7FF) == 0) {
                apply(found);
            }
        }
        return found;
    }

    private void apply(InFlight admin) {
        if (admin.queue < 0) {
            return;
        }
        switch (admin.opcode) {
            case 0x00 -> cqOfSq.remove(admin.queue);
            case 0x01 -> cqOfSq.put(admin.queue, admin.queueCq);
            case 0x04 -> completionQueues.remove(admin.queue);
            case 0x05 -> completionQueues.put(admin.queue, true);
            default -> {
                // Other commands do not change queues.
            }
        }
    }

    private static long key(int sqid, int cid) {
        return (long) sqid << 16 | cid;
    }
}
