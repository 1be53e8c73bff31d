package io.nvmetap.history;

import java.io.Serializable;
import java.util.Arrays;

/** Commands in flight on one side, counted as they come and go, so that nobody walks them. */
public final class InFlightCounts implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final int OPCODES = 256;

    /** Largest submission queue number; commands of others are not counted by queue. */
    private static final int SQID_MAX = 65_535;

    private final int[] ioByOpcode = new int[OPCODES];
    private int[] bySqid = new int[8];
    private int io;

    InFlightCounts() {}

    /**
     * @return commands that are not admin commands
     */
    public int io() {
        return io;
    }

    /**
     * @param opcode 0 to 255
     * @return commands with this opcode that are not admin commands
     */
    public int io(int opcode) {
        return ioByOpcode[opcode];
    }

    /**
     * @return commands of one submission queue
     */
    public int of(int sqid) {
        return sqid >= 0 && sqid < bySqid.length ? bySqid[sqid] : 0;
    }

    void add(Command c) {
        count(c, 1);
    }

    void remove(Command c) {
        count(c, -1);
    }

    private void count(Command c, int by) {
        if (!c.admin()) {
            io += by;
            ioByOpcode[c.opcode] += by;
        }
        if (c.sqid < 0 || c.sqid > SQID_MAX) {
            return;
        }
        if (c.sqid >= bySqid.length) {
            bySqid = Arrays.copyOf(bySqid, Math.min(SQID_MAX + 1, 2 * c.sqid));
        }
        bySqid[c.sqid] += by;
    }

    void clear() {
        io = 0;
        Arrays.fill(ioByOpcode, 0);
        Arrays.fill(bySqid, 0);
    }
}
