package io.nvmetap.timeline;

import org.agrona.collections.IntArrayList;

/** Commands without a completion, while the index is made: a reset ends them. */
final class OpenCommands {
    private static final int COMPACT_FROM = 4096;

    private final CommandTable commands;
    private IntArrayList open = new IntArrayList();
    private int compacted;

    OpenCommands(CommandTable commands) {
        this.commands = commands;
    }

    void add(int c) {
        if (open.size() > COMPACT_FROM && open.size() > 2 * compacted) {
            keep(-1, 0);
            compacted = open.size();
        }
        open.addInt(c);
    }

    /** Whatever is out on a controller will not be answered. */
    void cut(int controller, long timeNs) {
        keep(controller, timeNs);
    }

    /** Drops what completed, and ends what is out on {@code controller}. */
    private void keep(int controller, long timeNs) {
        IntArrayList still = new IntArrayList();
        for (int i = 0; i < open.size(); i++) {
            int c = open.getInt(i);
            if (commands.doneOrdinal(c) != Integer.MAX_VALUE) {
                continue;
            }
            if (commands.controller(c) == controller) {
                commands.cut(c, timeNs, CommandTable.CUT);
            } else {
                still.addInt(c);
            }
        }
        open = still;
    }
}
