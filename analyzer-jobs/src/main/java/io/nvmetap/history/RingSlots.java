package io.nvmetap.history;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * Slots of a submission queue whose commands the consumer has not taken, as far as completions
 * tell: a slot is free when SQHD passed it (NVMe Base 2.0, 3.3.1.2), or when its command, or one
 * placed after it, completed. What is unclear frees slots, never the other way round. No more
 * entries than the queue has slots.
 */
public final class RingSlots implements Serializable {
    private static final long serialVersionUID = 1L;

    private final int sizeEntries;
    private final Map<Integer, Command> waiting = new HashMap<>();
    private int head = -1;
    private int tail = -1;

    /** Event that moved the head last, -1 none. */
    public long headSeq = -1;

    /** A slot was not seen: nothing is known of this queue. */
    public boolean unseen;

    /** Command whose slot the last one took though nobody had consumed it; null none. */
    public Command overwritten;

    /** The last command took the last free slot: the queue now looks empty (3.3.1.5). */
    public boolean overflow;

    private boolean broken;

    RingSlots(int sizeEntries) {
        this.sizeEntries = sizeEntries;
    }

    /** The producer placed a command. After the first wrong one the slots say nothing more. */
    void place(Command c) {
        overwritten = null;
        overflow = false;
        unseen |= c.slot < 0 || c.slot >= sizeEntries;
        if (unseen || broken) {
            waiting.clear();
            return;
        }
        if (head < 0) {
            head = c.slot;
            tail = c.slot;
        }
        overwritten = waiting.put(c.slot, c);
        int next = (c.slot + 1) % sizeEntries;
        overflow = overwritten == null && c.slot == tail && next == head;
        broken = overwritten != null || overflow;
        tail = next;
    }

    /** A completion told that the consumer's head has reached {@code next}. */
    void consumed(int next, long seq) {
        int held = Math.floorMod(tail - head, sizeEntries);
        int steps = Math.floorMod(next - head, sizeEntries);
        // A head behind the one known is an older completion that was posted later.
        if (head < 0 || next >= sizeEntries || steps == 0 || steps > held) {
            return;
        }
        for (int i = 0; i < steps; i++) {
            waiting.remove((head + i) % sizeEntries);
        }
        head = next;
        headSeq = seq;
    }

    /** The command completed: the consumer took it and what was placed before it. */
    void completed(Command c, long seq) {
        if (c.slot >= 0 && waiting.get(c.slot) == c) {
            consumed((c.slot + 1) % sizeEntries, seq);
            waiting.remove(c.slot, c);
        }
    }

    /**
     * @return the command that waits in a slot, null none
     */
    public Command in(int slot) {
        return waiting.get(slot);
    }

    /** Commands that wait in their slots. */
    int waiting() {
        return waiting.size();
    }

    /** Where the consumer stands, -1 not known. */
    public int head() {
        return head;
    }
}
