package io.nvmetap.importer;

import io.nvmetap.nvme.Registers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What a device log says of its controller: enabled or not, queues that exist (from the moment
 * their Create completed with status 0), commands in flight. Pure state; bounded by what a
 * controller can have. Both passes over a log use it and come to the same state.
 */
final class ControllerTrack {
    /** Commands in flight at once; more is a log of nonsense, and all of them are forgotten. */
    static final int IN_FLIGHT_MAX = 1 << 17;

    private static final int DELETE_SQ = 0x00;
    private static final int CREATE_SQ = 0x01;
    private static final int DELETE_CQ = 0x04;
    private static final int CREATE_CQ = 0x05;
    private static final int CQ_UNKNOWN = -1;

    /** One life of a submission queue, from its Create to its Delete. */
    static final class Sq {
        final int cqid;
        boolean alive = true;

        Sq(int cqid) {
            this.cqid = cqid;
        }
    }

    /** A command in flight. */
    static final class InFlight {
        final long commandId;
        final int sqid;
        final int cid;
        final int opcode;

        /** Queue created or deleted by this command, -1 none; for an SQ, the CQ it posts to. */
        int queue = -1;

        int queueCq = -1;
        private Sq sq;
        private InFlight next;

        /** A command of the same CQ and CID completed, and nobody can say whether it was this. */
        private boolean doubtful;

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

    /** Enables so far. */
    long enables;

    /** A line that tells of CC was seen. */
    boolean lifecycleSeen;

    private boolean started;

    /** CC.EN was cleared; QEMU has not said yet that it stopped. */
    private boolean stopDue;

    private int inFlightCount;
    private final Map<Integer, Sq> sqs = new HashMap<>();
    private final Set<Integer> cqs = new HashSet<>();
    private final Map<Long, InFlight> inFlight = new HashMap<>();

    /** The controller is disabled: queues and commands are gone. */
    void disable() {
        clear();
        known = true;
    }

    /** Another state was loaded, which nobody told. */
    void unknown() {
        clear();
        known = false;
    }

    private void clear() {
        enabled = false;
        started = false;
        stopDue = false;
        sqs.clear();
        cqs.clear();
        inFlight.clear();
        inFlightCount = 0;
    }

    private void enable() {
        boolean due = stopDue;
        disable();
        stopDue = due;
        enabled = true;
        enables++;
        sqs.put(0, new Sq(0));
        cqs.add(0);
    }

    /** CC was written. */
    void ccWritten(long cc) {
        lifecycleSeen = true;
        if (!Registers.ccEn((int) cc)) {
            boolean due = started || stopDue;
            disable();
            stopDue = due;
        } else if (!known || !enabled) {
            enable();
        }
    }

    /**
     * QEMU says that CC.EN went from 0 to 1.
     *
     * @return true if it had not gone from 1 to 0 before, which one controller cannot do
     */
    boolean started() {
        lifecycleSeen = true;
        boolean impossible = started || stopDue;
        if (started || !enabled) {
            enable();
        }
        started = true;
        stopDue = false;
        return impossible;
    }

    /** QEMU says that CC.EN went from 1 to 0, or that enabling failed. */
    void stopped() {
        lifecycleSeen = true;
        disable();
    }

    boolean hasSq(int sqid) {
        return sqs.containsKey(sqid);
    }

    boolean hasCq(int cqid) {
        return cqs.contains(cqid);
    }

    void begin(InFlight command) {
        if (inFlightCount >= IN_FLIGHT_MAX) {
            inFlight.clear();
            inFlightCount = 0;
        }
        command.sq = sqs.get(command.sqid);
        int cqid = command.sq == null ? CQ_UNKNOWN : command.sq.cqid;
        if (command.sqid == 0) {
            cqid = 0;
        }
        InFlight before = inFlight.put(key(cqid, command.cid), command);
        while (before != null && before.sq != null && !before.sq.alive) {
            before = before.next;
            inFlightCount--;
        }
        command.next = before;
        inFlightCount++;
    }

    /**
     * Takes the command that completed on {@code cqid} with {@code cid} out of flight, if exactly
     * one can be meant.
     *
     * @return it, or null
     */
    InFlight take(int cqid, int cid) {
        InFlight found = takeFrom(key(cqid, cid));
        return found != null || cqid == 0 ? found : takeFrom(key(CQ_UNKNOWN, cid));
    }

    private InFlight takeFrom(long key) {
        InFlight first = inFlight.remove(key);
        if (first == null) {
            return null;
        }
        inFlightCount--;
        if (first.next == null) {
            return first.doubtful ? null : first;
        }
        first.next.doubtful = true;
        inFlight.put(key, first.next);
        return null;
    }

    /**
     * @param taken command that completed on {@code cqid}, null none
     * @return no CQE was posted: the queue it belonged to is gone
     */
    boolean isGhost(int cqid, InFlight taken) {
        boolean queueDeleted = taken != null && taken.sq != null && !taken.sq.alive;
        return queueDeleted || known && !hasCq(cqid);
    }

    /**
     * @return "" or what one controller cannot have done, if {@code done} succeeded
     */
    String impossible(InFlight done) {
        if (!known || !enabled || done.sqid != 0 || done.queue < 0) {
            return "";
        }
        return switch (done.opcode) {
            case CREATE_SQ -> hasSq(done.queue) ? twice("submission", done.queue) : "";
            case CREATE_CQ -> hasCq(done.queue) ? twice("completion", done.queue) : "";
            case DELETE_SQ -> hasSq(done.queue) ? "" : never("submission", done.queue);
            case DELETE_CQ -> hasCq(done.queue) ? "" : never("completion", done.queue);
            default -> "";
        };
    }

    private static String twice(String kind, int qid) {
        return kind + " queue " + qid + " is created although it exists";
    }

    private static String never(String kind, int qid) {
        return kind + " queue " + qid + " is deleted although it does not exist";
    }

    /**
     * The command completed with this status.
     *
     * @return the queues changed
     */
    boolean complete(InFlight done, int status) {
        if (done.sqid != 0 || done.queue < 0 || (status & 0x7FF) != 0) {
            return false;
        }
        switch (done.opcode) {
            case DELETE_SQ -> end(sqs.remove(done.queue));
            case CREATE_SQ -> end(sqs.put(done.queue, new Sq(done.queueCq)));
            case DELETE_CQ -> cqs.remove(done.queue);
            case CREATE_CQ -> cqs.add(done.queue);
            default -> {
                return false;
            }
        }
        return true;
    }

    private static void end(Sq before) {
        if (before != null) {
            before.alive = false;
        }
    }

    private static long key(int cqid, int cid) {
        return (long) cqid << 16 | cid;
    }
}
