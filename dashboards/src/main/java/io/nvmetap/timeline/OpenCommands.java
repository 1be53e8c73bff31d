package io.nvmetap.timeline;

/** Commands without a completion, while the index is made: a reset ends them. */
final class OpenCommands {
    private static final int COMPACT_FROM = 4096;

    private final CommandTable commands;
    private final Ints open = new Ints();
    private int compacted;

    OpenCommands(CommandTable commands) {
        this.commands = commands;
    }

    void add(int c) {
        if (open.size() > COMPACT_FROM && open.size() > 2 * compacted) {
            keep(-1, 0);
            compacted = open.size();
        }
        open.add(c);
    }

    /** Whatever is out on a controller will not be answered. */
    void cut(int controller, long timeNs) {
        keep(controller, timeNs);
    }

    /** Drops what completed, and ends what is out on {@code controller}. */
    private void keep(int controller, long timeNs) {
        Ints still = new Ints();
        for (int i = 0; i < open.size(); i++) {
            int c = open.get(i);
            if (commands.doneOrdinal(c) != Integer.MAX_VALUE) {
                continue;
            }
            if (commands.controller(c) == controller) {
                commands.cut(c, timeNs, CommandTable.CUT);
            } else {
                still.add(c);
            }
        }
        open.replace(still);
    }
}
