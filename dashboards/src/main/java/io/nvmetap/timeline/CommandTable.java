package io.nvmetap.timeline;

import io.nvmetap.nvme.Opcodes;
import java.util.Arrays;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

/**
 * All commands of a capture in the order in which they were first seen, as columns: 104 bytes each.
 */
public final class CommandTable {
    /** On the admin queue. */
    public static final int ADMIN = 1;

    /** Issued by the mediator itself. */
    public static final int OWN = 2;

    /** Completed with a status that is not success. */
    public static final int FAILED = 4;

    /** Never completed: the recording ends first. */
    public static final int OPEN = 8;

    /** Never completed: a reset, or a disabled controller, ended it. */
    public static final int CUT = 16;

    /**
     * Waits by its nature: an Asynchronous Event Request (NVMe Base 2.0c 5.2) ends when there is
     * news.
     */
    public static final int WAITS = 32;

    /** Not seen. */
    public static final long NEVER = -1;

    private final LongArrayList id = new LongArrayList();
    private final LongArrayList[] at = new LongArrayList[Moment.COUNT];
    private final LongArrayList endNs = new LongArrayList();
    private final IntArrayList firstOrdinal = new IntArrayList();
    private final IntArrayList lastOrdinal = new IntArrayList();
    private final IntArrayList doneOrdinal = new IntArrayList();
    private final IntArrayList queueAndCid = new IntArrayList();
    private final IntArrayList statusAndOpcode = new IntArrayList();
    private final IntArrayList controllerAndRows = new IntArrayList();
    private byte[] flags = new byte[16];

    CommandTable() {
        Arrays.setAll(at, i -> new LongArrayList());
    }

    int add(long commandId, int controller, int sqid, int cid, int opcode) {
        int index = size();
        id.addLong(commandId);
        for (LongArrayList moment : at) {
            moment.addLong(NEVER);
        }
        endNs.addLong(NEVER);
        firstOrdinal.addInt(-1);
        lastOrdinal.addInt(-1);
        doneOrdinal.addInt(Integer.MAX_VALUE);
        queueAndCid.addInt(sqid << 16 | cid & 0xFFFF);
        statusAndOpcode.addInt(opcode & 0xFF);
        controllerAndRows.addInt(controller << 16);
        if (index == flags.length) {
            flags = Arrays.copyOf(flags, index + (index >> 1));
        }
        boolean waits = sqid == 0 && opcode == Opcodes.ADMIN_ASYNC_EVENT_REQUEST;
        flags[index] = (byte) ((sqid == 0 ? ADMIN : 0) | (waits ? WAITS : 0));
        return index;
    }

    /** Number of commands. */
    public int size() {
        return id.size();
    }

    /** The id that ties both sides. */
    public long id(int c) {
        return id.getLong(c);
    }

    /** Time of a moment, {@link #NEVER} if it was not seen. */
    public long at(int c, Moment m) {
        return at[m.ordinal()].getLong(c);
    }

    void at(int c, Moment m, long timeNs) {
        at[m.ordinal()].setLong(c, timeNs);
    }

    /** When a reset or the end of the recording ended it, {@link #NEVER} if it ended by itself. */
    public long cutNs(int c) {
        return endNs.getLong(c);
    }

    void cut(int c, long timeNs, int flag) {
        endNs.setLong(c, timeNs);
        flags[c] = (byte) (flags[c] & ~(OPEN | CUT) | flag);
    }

    /** Its first event. */
    public int firstOrdinal(int c) {
        return firstOrdinal.getInt(c);
    }

    /** Its last event. */
    public int lastOrdinal(int c) {
        return lastOrdinal.getInt(c);
    }

    /** The event that completed it for the guest, {@link Integer#MAX_VALUE} if none did. */
    public int doneOrdinal(int c) {
        return doneOrdinal.getInt(c);
    }

    void seen(int c, int ordinal) {
        if (firstOrdinal.getInt(c) < 0) {
            firstOrdinal.setInt(c, ordinal);
        }
        lastOrdinal.setInt(c, ordinal);
    }

    void done(int c, int ordinal, int status) {
        doneOrdinal.setInt(c, ordinal);
        statusAndOpcode.setInt(c, statusAndOpcode.getInt(c) & 0xFF | status << 8);
        int keep = flags[c] & ~(OPEN | CUT | FAILED);
        flags[c] = (byte) (status != 0 ? keep | FAILED : keep);
        endNs.setLong(c, NEVER);
    }

    /** Submission queue. */
    public int sqid(int c) {
        return queueAndCid.getInt(c) >>> 16;
    }

    /** Command identifier, the guest's where both were seen. */
    public int cid(int c) {
        return queueAndCid.getInt(c) & 0xFFFF;
    }

    /** Opcode. */
    public int opcode(int c) {
        return statusAndOpcode.getInt(c) & 0xFF;
    }

    /** Status without phase tag, 0 also if it never completed. */
    public int status(int c) {
        return statusAndOpcode.getInt(c) >>> 8;
    }

    /** Controller index. */
    public int controller(int c) {
        return controllerAndRows.getInt(c) >>> 16;
    }

    /** {@link #ADMIN} and the others. */
    public int flags(int c) {
        return flags[c];
    }

    void flag(int c, int flag) {
        flags[c] |= (byte) flag;
    }

    /** Row in its lane of a side. */
    int row(int c, boolean guestSide) {
        return controllerAndRows.getInt(c) >>> (guestSide ? 8 : 0) & 0xFF;
    }

    void row(int c, boolean guestSide, int row) {
        int shift = guestSide ? 8 : 0;
        controllerAndRows.setInt(c, controllerAndRows.getInt(c) & ~(0xFF << shift) | row << shift);
    }

    /** Earliest moment, on the guest side or on the device side. */
    long startNs(int c, boolean guestSide) {
        if (!guestSide) {
            long emitted = at(c, Moment.EMITTED);
            return at(c, Moment.FETCHED) >= 0 || at(c, Moment.SUBMITTED) < 0
                    ? emitted
                    : at(c, Moment.SUBMITTED);
        }
        long submitted = at(c, Moment.SUBMITTED);
        return submitted >= 0 ? submitted : at(c, Moment.FETCHED);
    }

    /** Latest moment that is seen on a side. */
    long endNs(int c, boolean guestSide) {
        if (cutNs(c) >= 0) {
            return cutNs(c);
        }
        if (guestSide) {
            return Math.max(
                    Math.max(at(c, Moment.ACKNOWLEDGED), at(c, Moment.COPIED)),
                    Math.max(at(c, Moment.SEEN), at(c, Moment.FETCHED)));
        }
        long end = Math.max(at(c, Moment.SEEN), at(c, Moment.EMITTED));
        boolean mediated = at(c, Moment.FETCHED) >= 0 || (flags(c) & OWN) != 0;
        Moment acknowledged = mediated ? Moment.DEVICE_ACKNOWLEDGED : Moment.ACKNOWLEDGED;
        return Math.max(end, at(c, acknowledged));
    }

    void trim() {
        id.trimToSize();
        Arrays.stream(at).forEach(LongArrayList::trimToSize);
        endNs.trimToSize();
        firstOrdinal.trimToSize();
        lastOrdinal.trimToSize();
        doneOrdinal.trimToSize();
        queueAndCid.trimToSize();
        statusAndOpcode.trimToSize();
        controllerAndRows.trimToSize();
    }
}
