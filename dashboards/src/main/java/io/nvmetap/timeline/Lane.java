package io.nvmetap.timeline;

import io.nvmetap.event.Side;
import org.agrona.collections.IntArrayList;
import org.agrona.collections.LongArrayList;

/** One lane: commands and marks on it by index, in order of time. */
public final class Lane {
    /** Rows of overlapping commands that are kept apart; more share the last one. */
    public static final int ROWS_MAX = 64;

    /** Commands in one group whose begin and end are known, so that a query can pass over them. */
    static final int GROUP = 256;

    private final int controller;
    private final LaneKind kind;
    private final Side side;
    private final int qid;
    final IntArrayList commands = new IntArrayList();
    final IntArrayList marks = new IntArrayList();
    final LongArrayList groupStartNs = new LongArrayList();
    final LongArrayList groupEndNs = new LongArrayList();
    private final long[] rowFreeAtNs = new long[ROWS_MAX];
    private int rows;

    Lane(int controller, LaneKind kind, Side side, int qid) {
        this.controller = controller;
        this.kind = kind;
        this.side = side;
        this.qid = qid;
    }

    /** Index of the controller. */
    public int controller() {
        return controller;
    }

    /** What it shows. */
    public LaneKind kind() {
        return kind;
    }

    /** Side, NONE for the controller as a whole. */
    public Side side() {
        return side;
    }

    /** Queue, -1 where none is meant. */
    public int qid() {
        return qid;
    }

    /** Rows in use, at most {@link #ROWS_MAX}. */
    public int rows() {
        return rows;
    }

    /** Commands on it. */
    public int commandCount() {
        return commands.size();
    }

    /** Marks on it. */
    public int markCount() {
        return marks.size();
    }

    /** Gives a command the lowest row that is free when it starts. */
    int place(int command, long startNs, long endNs) {
        int row = 0;
        while (row < ROWS_MAX - 1 && rowFreeAtNs[row] > startNs) {
            row++;
        }
        rowFreeAtNs[row] = Math.max(rowFreeAtNs[row], endNs);
        rows = Math.max(rows, row + 1);
        int at = commands.size();
        commands.addInt(command);
        if (at % GROUP == 0) {
            groupStartNs.addLong(startNs);
            groupEndNs.addLong(endNs);
        } else {
            int group = at / GROUP;
            groupStartNs.setLong(group, Math.min(groupStartNs.getLong(group), startNs));
            groupEndNs.setLong(group, Math.max(groupEndNs.getLong(group), endNs));
        }
        return row;
    }

    void trim() {
        commands.trimToSize();
        marks.trimToSize();
        groupStartNs.trimToSize();
        groupEndNs.trimToSize();
    }
}
