package io.nvmetap.guest;

/**
 * Command identifiers as Apple's own drivers must number: one table for all queues of a controller,
 * given out in turns.
 */
final class AppleTags {
    /** Identifiers of Apple's ANS2: 0 to 253. */
    private static final int TAGS = 254;

    private final boolean[] busy = new boolean[TAGS];
    private int next;

    /** A free identifier. */
    int take() {
        for (int i = 0; i < TAGS; i++) {
            int tag = (next + i) % TAGS;
            if (!busy[tag]) {
                busy[tag] = true;
                next = (tag + 1) % TAGS;
                return tag;
            }
        }
        throw new GuestStuckException("all identifiers are in flight");
    }

    /** The command of this identifier ended; one nobody has is ignored. */
    void release(int tag) {
        if (tag < TAGS) {
            busy[tag] = false;
        }
    }
}
